package chladni.cuda;

import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUfunction;

/**
 * One kernel with its grid and arguments.
 *
 * @param kernel its name
 * @param block threads in a block
 * @param arguments pointers to the values, in the order of the kernel's parameters
 */
record Launch(
    String kernel,
    CUfunction function,
    int gridX,
    int gridY,
    int gridZ,
    int block,
    List<Pointer> arguments) {
  /** Blocks that a grid-stride kernel gets at most, for each multiprocessor. */
  private static final int WAVES = 16;

  /** A grid that gives each point a thread, up to a few waves of blocks. */
  static int blocks(long points, int block, int multiprocessors) {
    long wanted = Math.ceilDiv(points, (long) block);
    return (int) Math.max(1, Math.min(wanted, (long) WAVES * multiprocessors));
  }

  /** Collects arguments by type, since the kernel reads them by size. */
  static final class Arguments {
    private final List<Pointer> values = new ArrayList<>();

    /** {@code int} or {@code unsigned} parameters. */
    Arguments ints(int... more) {
      for (int v : more) {
        values.add(Pointer.to(new int[] {v}));
      }
      return this;
    }

    /** {@code long long} parameters and addresses. */
    Arguments longs(long... more) {
      for (long v : more) {
        values.add(Pointer.to(new long[] {v}));
      }
      return this;
    }

    Arguments number(float value) {
      values.add(Pointer.to(new float[] {value}));
      return this;
    }

    /** A struct of ints. */
    Arguments struct(int... fields) {
      values.add(Pointer.to(fields));
      return this;
    }

    /** A struct of addresses. */
    Arguments struct(long... fields) {
      values.add(Pointer.to(fields));
      return this;
    }

    /** A struct as its bytes. */
    Arguments struct(byte[] bytes) {
      values.add(Pointer.to(bytes));
      return this;
    }

    List<Pointer> list() {
      return List.copyOf(values);
    }
  }
}
