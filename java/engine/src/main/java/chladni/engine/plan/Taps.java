package chladni.engine.plan;

import chladni.engine.graph.Resampling;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A linear map between axes, as a sparse matrix: for each element of the result, in order, which
 * elements it is summed from and with which weights.
 */
public record Taps(List<List<Tap>> of) {
  /** One element of the operand and its weight. */
  public record Tap(int at, double weight) {}

  /** Sums under windows. */
  static Taps windows(int in, int out, int kernel, int stride, int padding, int dilation) {
    Taps taps = empty(out);
    for (int i = 0; i < out; i++) {
      for (int k = 0; k < kernel; k++) {
        int at = i * stride - padding + k * dilation;
        if (at >= 0 && at < in) {
          taps.of.get(i).add(new Tap(at, 1));
        }
      }
    }
    return taps;
  }

  static Taps resampling(Resampling mode, int in, int out) {
    Taps taps = empty(out);
    for (int i = 0; i < out; i++) {
      double position = mode.position(i, in, out);
      int at = (int) position;
      double next = at == in - 1 ? 0 : position - at;
      taps.of.get(i).add(new Tap(at, 1 - next));
      if (next > 0) {
        taps.of.get(i).add(new Tap(at + 1, next));
      }
    }
    return taps;
  }

  /** From the result back to an operand of this extent. */
  Taps transposed(int in) {
    Taps taps = empty(in);
    for (int i = 0; i < of.size(); i++) {
      for (Tap tap : of.get(i)) {
        taps.of.get(tap.at()).add(new Tap(i, tap.weight()));
      }
    }
    return taps;
  }

  private static Taps empty(int size) {
    return new Taps(IntStream.range(0, size).<List<Tap>>mapToObj(_ -> new ArrayList<>()).toList());
  }
}
