package chladni.engine.optim;

import java.util.function.LongToDoubleFunction;

/**
 * Factors on a learning rate by the number t of epochs (or steps) that are done: pure functions, so
 * a resumed run needs no state but t. {@link Plateau} is the one that looks at the loss.
 */
public final class Schedules {
  private Schedules() {}

  /**
   * 1 for so many epochs, then in a line towards 0, which would come one epoch after the last:
   * {@code 1 - max(0, t + 1 - constant) / (decay + 1)}, pix2pix's policy 'linear'.
   */
  public static LongToDoubleFunction linear(long constant, long decay) {
    check("linear", "constant", constant, 0);
    check("linear", "decay", decay, 0);
    return t -> Math.max(0, 1 - Math.max(0, t + 1 - constant) / (decay + 1.0));
  }

  /** Times gamma after every so many epochs. */
  public static LongToDoubleFunction step(long every, double gamma) {
    check("step", "every", every, 1);
    return t -> StrictMath.pow(gamma, t / every);
  }

  /**
   * From 1 to {@code min} in half a cosine over so many epochs, then {@code min}: Loshchilov and
   * Hutter 2017 without restarts.
   */
  public static LongToDoubleFunction cosine(long epochs, double min) {
    check("cosine", "epochs", epochs, 1);
    return t ->
        min + (1 - min) * (1 + StrictMath.cos(Math.PI * Math.min(t, epochs) / epochs)) / 2;
  }

  private static void check(String schedule, String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "schedule %s: %s must be at least %d, got %d.".formatted(schedule, name, least, value));
    }
  }
}
