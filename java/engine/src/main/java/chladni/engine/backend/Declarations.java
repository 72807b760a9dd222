package chladni.engine.backend;

import chladni.engine.api.Experimental;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The variables of a store by name, and the rules that all stores have for them; for backends. */
@Experimental
public final class Declarations {
  private final Map<String, Variable> variables = new LinkedHashMap<>();

  /** None yet. */
  public Declarations() {}

  /** Every variable, in the order of declaration. */
  public List<Variable> all() {
    return List.copyOf(variables.values());
  }

  /**
   * Whether a variable is known already.
   *
   * @throws ProgramException when its name is held with another type
   */
  public boolean has(Variable variable) {
    Variable known = variables.get(variable.name());
    if (known != null && !known.type().equals(variable.type())) {
      throw new ProgramException(
          "variable '%s': the store holds it as %s, got %s. Rename one of them."
              .formatted(variable.name(), known.type(), variable.type()));
    }
    return known != null;
  }

  public void add(Variable variable) {
    variables.put(variable.name(), variable);
  }

  /** The first values of a variable. */
  public static float[] first(Variable variable, long seed) {
    float[] values = variable.initializer().values(variable.name(), variable.shape(), seed);
    checkLength(variable, values.length);
    return values;
  }

  /**
   * A variable that an accessor of this type may touch.
   *
   * @throws ProgramException when there is none of this name, or it has another type
   */
  public Variable find(String name, DType dtype) {
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
   * @throws ProgramException when a variable has not so many elements
   */
  public static void checkLength(Variable variable, int length) {
    if (variable.shape().elements() != length) {
      throw new ProgramException(
          "variable '%s': %s takes %d values, got %d."
              .formatted(variable.name(), variable.shape(), variable.shape().elements(), length));
    }
  }
}
