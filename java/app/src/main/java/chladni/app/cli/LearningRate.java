package chladni.app.cli;

import chladni.engine.optim.Schedules;
import java.util.Locale;
import java.util.function.LongToDoubleFunction;

/**
 * A learning rate and how it goes on. It depends on the step and not on the number of steps, so
 * that a run may be made longer.
 *
 * @param constant steps at the first rate, before the policy begins
 * @param decay steps of the policy, 0 for a constant rate
 */
public record LearningRate(double first, Policy policy, long constant, long decay) {
  /** pix2pix's policies but 'plateau', which needs a figure that pix2pix has none of. */
  public enum Policy {
    CONSTANT,
    /** In a line to 0. */
    LINEAR,
    /** A tenth after every {@code decay} steps. */
    STEP,
    /** In half a cosine to 0. */
    COSINE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The same at every step. */
  public static LearningRate constant(double rate) {
    return new LearningRate(rate, Policy.CONSTANT, 0, 0);
  }

  /** The rate of a step counted from 1. */
  public LongToDoubleFunction ofStep() {
    LongToDoubleFunction factor =
        switch (policy) {
          case CONSTANT -> _ -> 1;
          case LINEAR -> Schedules.linear(0, decay);
          case STEP -> Schedules.step(decay, 0.1);
          case COSINE -> Schedules.cosine(decay, 0);
        };
    return step -> step <= constant ? first : first * factor.applyAsDouble(step - 1 - constant);
  }

  /** As checkpoints keep it: {@code 2.0E-4}, {@code 2.0E-4 linear over 100 after 50}. */
  @Override
  public String toString() {
    return policy == Policy.CONSTANT
        ? Double.toString(first)
        : "%s %s over %d after %d".formatted(first, policy, decay, constant);
  }
}
