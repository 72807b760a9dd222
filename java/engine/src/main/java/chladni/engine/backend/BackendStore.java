package chladni.engine.backend;

import chladni.engine.api.Experimental;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The variables of a store by name, and the rules that all stores have for them; for backends. */
@Experimental
public abstract class BackendStore implements Store {
  private final long seed;
  private final Precision precision;
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Ledger.Entry entry;

  /**
   * An open store without variables.
   *
   * @param ledger of the backend that gives it out
   * @param free frees all values; called once, on any thread; must not refer to the store
   */
  @SuppressWarnings("this-escape") // The ledger only watches whether the store can be reached.
  protected BackendStore(Ledger ledger, long seed, Precision precision, Runnable free) {
    this.seed = seed;
    this.precision = precision;
    entry = ledger.enter(this, "store with seed " + seed, free);
  }

  @Override
  public final long seed() {
    return seed;
  }

  @Override
  public final Precision precision() {
    return precision;
  }

  /**
   * @throws PrecisionException when it is not the precision of the program that is compiled
   */
  public final void checkPrecision(Precision program) {
    if (program != precision) {
      throw new PrecisionException(
          "compile: program and store must have one precision, got %s and %s. Make a %s store."
              .formatted(program, precision, program));
    }
  }

  @Override
  public final List<Variable> variables() {
    return List.copyOf(variables.values());
  }

  @Override
  public final void declare(Variable variable) {
    checkOpen();
    Variable known = variables.get(variable.name());
    if (known == null) {
      float[] first = variable.initializer().values(variable.name(), variable.shape(), seed);
      checkLength(variable, first.length);
      create(variable, first);
      variables.put(variable.name(), variable);
    } else if (!known.type().equals(variable.type())) {
      throw new ProgramException(
          "variable '%s': the store holds it as %s, got %s. Rename one of them."
              .formatted(variable.name(), known.type(), variable.type()));
    }
  }

  /**
   * Takes a new variable.
   *
   * @param first its values, whole numbers where it is of INT32
   */
  protected abstract void create(Variable variable, float[] first);

  @Override
  public double[] doubles(String name) {
    float[] values = floats(name);
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /**
   * A variable that an accessor of this type may touch.
   *
   * @throws ProgramException when there is none of this name, it has another type, or the store is
   *     closed
   */
  protected final Variable find(String name, DType dtype) {
    checkOpen();
    Variable variable = variables.get(name);
    if (variable == null) {
      throw new ProgramException(
          "variable '%s': the store has none of this name; it has %s. Compile a program first."
              .formatted(name, variables.keySet()));
    }
    if (variable.type().dtype() != dtype) {
      throw new ProgramException(
          "variable '%s': it is %s, not %s. Use the accessor of its type."
              .formatted(name, variable.type().dtype(), dtype));
    }
    return variable;
  }

  /**
   * One that takes so many values; else as {@link #find(String, DType)}.
   *
   * @throws ProgramException when it has not so many elements
   */
  protected final Variable find(String name, DType dtype, int length) {
    Variable variable = find(name, dtype);
    checkLength(variable, length);
    return variable;
  }

  private static void checkLength(Variable variable, int length) {
    if (variable.shape().elements() != length) {
      throw new ProgramException(
          "variable '%s': %s takes %d values, got %d."
              .formatted(variable.name(), variable.shape(), variable.shape().elements(), length));
    }
  }

  /**
   * @throws ProgramException when it is closed
   */
  public final void checkOpen() {
    if (entry.isClosed()) {
      throw new ProgramException("store: it is closed. Keep it open while its programs run.");
    }
  }

  @Override
  public final void close() {
    entry.close();
  }
}
