package chladni.app.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Maps values to [0, 1] along an axis.
 *
 * @param from value at 0
 * @param to value at 1
 * @param log whether the axis is logarithmic
 */
record Scale(double from, double to, boolean log) {
  private static final double[] STEPS = {1, 2, 2.5, 5, 10};

  /** From {@code least} to a round number at or above {@code greatest}. */
  static Scale linear(double least, double greatest) {
    double top = greatest > least ? greatest : least + 1;
    double step = step(top - least, 4);
    return new Scale(step * Math.floor(least / step), step * Math.ceil(top / step), false);
  }

  /** A logarithmic axis over positive values. */
  static Scale log(double least, double greatest) {
    return new Scale(least / 1.15, greatest * 1.15, true);
  }

  /** An axis that ends where the values end. */
  static Scale exact(double least, double greatest) {
    return new Scale(least, greatest, false);
  }

  double at(double value) {
    if (!log) {
      return (value - from) / (to - from);
    }
    // Ranges may touch zero where means do not.
    return value <= 0 ? 0 : Math.log(value / from) / Math.log(to / from);
  }

  /** Round values inside the axis, about {@code wanted} of them. */
  List<Double> ticks(int wanted) {
    List<Double> ticks = new ArrayList<>();
    if (!log) {
      double step = step(to - from, wanted);
      for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
        ticks.add(i * step);
      }
      return ticks;
    }
    boolean narrow = Math.log10(to / from) < 2.5;
    for (int power = (int) Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
      for (double digit : narrow ? new double[] {1, 2, 5} : new double[] {1}) {
        double tick = digit * Math.pow(10, power);
        if (tick >= from && tick <= to) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  private static double step(double span, int wanted) {
    double power = Math.pow(10, Math.floor(Math.log10(span / wanted)));
    for (double step : STEPS) {
      if (span / (step * power) <= wanted + 0.5) {
        return step * power;
      }
    }
    return 10 * power;
  }
}
