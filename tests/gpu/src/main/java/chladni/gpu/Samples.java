package chladni.gpu;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/** Times of one thing, again and again. */
final class Samples {
  /** A median of a hundred; the stand-ins' times mean nothing. */
  private static final int COUNT = Options.softgpu() ? 1 : 101;

  private Samples() {}

  /** The median of what a clock of the device says. */
  static double median(DoubleSupplier milliseconds) {
    double[] all = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      all[i] = milliseconds.getAsDouble();
    }
    Arrays.sort(all);
    return all[COUNT / 2];
  }

  /** The median by the host's clock, from before the call until it has returned. */
  static double medianWall(Runnable work) {
    return median(
        () -> {
          long from = System.nanoTime();
          work.run();
          return (System.nanoTime() - from) * 1e-6;
        });
  }
}
