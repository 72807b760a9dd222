package chladni.engine.backend.reference;

import chladni.engine.backend.BackendStore;
import chladni.engine.backend.Precision;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Variables as arrays of doubles by name. An array is never written again once it is in here, so
 * programs read it without copying.
 */
final class ReferenceStore extends BackendStore {
  private final Map<String, double[]> values;

  /** Never read: a backend out of reach is closed, and must not be while this is in reach. */
  private final ReferenceBackend backend;

  ReferenceStore(ReferenceBackend backend, long seed, Precision precision) {
    Map<String, double[]> values = new HashMap<>();
    super(backend.ledger(), seed, precision, values::clear);
    this.backend = backend;
    this.values = values;
  }

  @Override
  protected void create(Variable variable, float[] first) {
    values.put(variable.name(), Numbers.toDoubles(first));
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
    find(name, DType.FLOAT, newValues.length);
    commit(name, Numbers.toDoubles(newValues));
  }

  @Override
  public void set(String name, double[] newValues) {
    find(name, DType.FLOAT, newValues.length);
    commit(name, Numbers.rounded(newValues.clone(), precision()));
  }

  @Override
  public void set(String name, int[] newValues) {
    find(name, DType.INT32, newValues.length);
    commit(name, IntStream.of(newValues).asDoubleStream().toArray());
  }
}
