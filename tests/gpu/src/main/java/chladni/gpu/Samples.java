package chladni.gpu;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/** Times of one thing, again and again. */
final class Samples {
  /** More than a hundred; the stand-ins' times mean nothing. */
  static final int MANY = Options.softgpu() ? 1 : 101;

  /** Of samples that are means of ten replays: more than a hundred replays, too. */
  static final int FEW = Options.softgpu() ? 1 : 11;

  /** Runs that are queued before anybody waits. */
  private static final int IN_A_ROW = 10;

  private Samples() {}

  /** The median of what a clock of the device says. */
  static double median(int count, DoubleSupplier milliseconds) {
    double[] all = new double[count];
    for (int i = 0; i < count; i++) {
      all[i] = milliseconds.getAsDouble();
    }
    Arrays.sort(all);
    return all[count / 2];
  }

  /** The median by the host's clock, from before the call until it has returned. */
  static double medianWall(Runnable work) {
    return median(
        MANY,
        () -> {
          long from = System.nanoTime();
          work.run();
          return (System.nanoTime() - from) * 1e-6;
        });
  }

  /** The median of one run's share of a row that is queued and then waited for, by that clock. */
  static double medianQueued(Runnable start, Runnable await) {
    return median(
        FEW,
        () -> {
          long from = System.nanoTime();
          for (int i = 0; i < IN_A_ROW; i++) {
            start.run();
          }
          await.run();
          return (System.nanoTime() - from) * 1e-6 / IN_A_ROW;
        });
  }
}
