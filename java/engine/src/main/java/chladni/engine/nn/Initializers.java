package chladni.engine.nn;

import chladni.engine.graph.Initializer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * First values of weights, from Philox on the host with StrictMath: equal bits on every machine. The
 * stream is chosen by the variable's name, so layers do not disturb each other.
 */
public final class Initializers {
  private Initializers() {}

  public static Initializer constant(double value) {
    return (name, shape, seed) -> {
      float[] values = new float[Math.toIntExact(shape.elements())];
      Arrays.fill(values, (float) value);
      return values;
    };
  }

  public static Initializer zeros() {
    return constant(0);
  }

  public static Initializer ones() {
    return constant(1);
  }

  /** 1 on the diagonal of a square matrix. */
  public static Initializer identity() {
    return (name, shape, seed) -> {
      float[] values = new float[Math.toIntExact(shape.elements())];
      for (int i = 0; i < values.length; i += shape.dim(1) + 1) {
        values[i] = 1;
      }
      return values;
    };
  }

  /** N(mean, std) by Box and Muller. */
  public static Initializer normal(double mean, double std) {
    return (name, shape, seed) -> {
      float[] values = new float[Math.toIntExact(shape.elements())];
      int[] words = new int[4];
      long stream = stream(name);
      for (int i = 0; i < values.length; i += 4) {
        Philox.block(i / 4, 0, (int) stream, (int) (stream >>> 32), (int) seed, (int) (seed >>> 32), words);
        for (int j = 0; j < 4 && i + j < values.length; j += 2) {
          double radius = StrictMath.sqrt(-2 * StrictMath.log(unit(words[j])));
          double angle = 2 * Math.PI * unit(words[j + 1]);
          values[i + j] = (float) (mean + std * radius * StrictMath.cos(angle));
          if (i + j + 1 < values.length) {
            values[i + j + 1] = (float) (mean + std * radius * StrictMath.sin(angle));
          }
        }
      }
      return values;
    };
  }

  /** U(-bound, bound). */
  public static Initializer uniform(double bound) {
    return (name, shape, seed) -> {
      float[] values = new float[Math.toIntExact(shape.elements())];
      int[] words = new int[4];
      long stream = stream(name);
      for (int i = 0; i < values.length; i++) {
        if (i % 4 == 0) {
          Philox.block(i / 4, 0, (int) stream, (int) (stream >>> 32), (int) seed, (int) (seed >>> 32), words);
        }
        values[i] = (float) (bound * (2 * unit(words[i % 4]) - 1));
      }
      return values;
    };
  }

  /** N(0, sqrt(2 / fanIn)) for layers followed by ReLU: He et al. 2015. */
  public static Initializer he(int fanIn) {
    return normal(0, StrictMath.sqrt(2.0 / fanIn));
  }

  /** U(-1/sqrt(fanIn), 1/sqrt(fanIn)): PyTorch's default for linear layers and biases. */
  public static Initializer fanIn(int fanIn) {
    return uniform(1 / StrictMath.sqrt(fanIn));
  }

  /** In (0, 1): the middle of one of 2^32 cells, so the logarithm is finite. */
  private static double unit(int word) {
    return (Integer.toUnsignedLong(word) + 0.5) * 0x1p-32;
  }

  /** FNV-1a of the name. */
  private static long stream(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
