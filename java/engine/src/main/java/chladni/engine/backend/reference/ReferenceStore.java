package chladni.engine.backend.reference;

import chladni.engine.backend.Declarations;
import chladni.engine.backend.Ledger;
import chladni.engine.backend.Precision;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Variables as arrays of doubles by name. An array is never written again once it is in here, so
 * programs read it without copying.
 */
final class ReferenceStore implements Store {
  private final long seed;
  private final Precision precision;
  private final Declarations declared = new Declarations();
  private final Map<String, double[]> values = new HashMap<>();
  private final Ledger.Entry entry;

  /** Never read: a backend out of reach is closed, and must not be while this is in reach. */
  private final ReferenceBackend backend;

  ReferenceStore(ReferenceBackend backend, long seed, Precision precision) {
    this.backend = backend;
    this.entry = backend.ledger().enter(this, "store with seed " + seed, values::clear);
    this.seed = seed;
    this.precision = precision;
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public Precision precision() {
    return precision;
  }

  @Override
  public List<Variable> variables() {
    return declared.all();
  }

  @Override
  public void declare(Variable variable) {
    checkOpen();
    if (!declared.has(variable)) {
      values.put(variable.name(), Numbers.toDoubles(Declarations.first(variable, seed)));
      declared.add(variable);
    }
  }

  /** The array itself; nobody may write to it. */
  double[] values(String name) {
    checkOpen();
    return values.get(name);
  }

  /** Takes over an array that nobody will write to. */
  void commit(String name, double[] newValues) {
    values.put(name, newValues);
  }

  @Override
  public float[] floats(String name) {
    return Numbers.toFloats(values.get(find(name, DType.FLOAT).name()));
  }

  @Override
  public double[] doubles(String name) {
    return values.get(find(name, DType.FLOAT).name()).clone();
  }

  @Override
  public int[] ints(String name) {
    return Numbers.toInts(values.get(find(name, DType.INT32).name()));
  }

  @Override
  public void set(String name, float[] newValues) {
    Declarations.checkLength(find(name, DType.FLOAT), newValues.length);
    commit(name, Numbers.toDoubles(newValues));
  }

  @Override
  public void set(String name, double[] newValues) {
    Declarations.checkLength(find(name, DType.FLOAT), newValues.length);
    commit(name, Numbers.rounded(newValues.clone(), precision));
  }

  @Override
  public void set(String name, int[] newValues) {
    Declarations.checkLength(find(name, DType.INT32), newValues.length);
    commit(name, IntStream.of(newValues).asDoubleStream().toArray());
  }

  @Override
  public void close() {
    entry.close();
  }

  private void checkOpen() {
    if (entry.isClosed()) {
      throw new ProgramException("store: it is closed. Keep it open while its programs run.");
    }
  }

  private Variable find(String name, DType dtype) {
    checkOpen();
    return declared.find(name, dtype);
  }
}
