package chladni.engine.backend;

import chladni.engine.graph.Variable;
import java.util.List;

/**
 * Holds the values of variables by name, between and across programs. Values go in and out in
 * row-major logical order, whatever layout the backend keeps them in. Not for use while a program
 * that shares it runs.
 */
public interface Store extends AutoCloseable {
  /** The seed of first values. */
  long seed();

  Precision precision();

  /** Every variable declared so far, in order. */
  List<Variable> variables();

  /**
   * Makes a variable known, with its first value if it is new.
   *
   * @throws ProgramException when the name is held with another type
   */
  void declare(Variable variable);

  /** A copy of a FLOAT variable, rounded to 32 bits. */
  float[] floats(String name);

  /** A copy of a FLOAT variable, exact. */
  double[] doubles(String name);

  /** A copy of an INT32 variable. */
  int[] ints(String name);

  /** Replaces a FLOAT variable. */
  void set(String name, float[] values);

  /** Replaces a FLOAT variable; rounds to 32 bits unless the store is FP64. */
  default void set(String name, double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    set(name, rounded);
  }

  /** Replaces an INT32 variable. */
  void set(String name, int[] values);

  @Override
  void close();
}
