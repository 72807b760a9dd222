package chladni.sound2image.training;

import java.util.function.LongToDoubleFunction;

/**
 * How long and how fast a network trains.
 *
 * @param rate the first learning rate
 * @param decay the share of the steps, at the end, over which the rate falls to zero in a line; 0
 *     keeps it
 */
public record Schedule(long steps, int batch, double rate, double decay) {
  /** The rate of a step counted from 1. */
  public LongToDoubleFunction rates() {
    long constant = steps - Math.round(steps * decay);
    return step ->
        step <= constant ? rate : rate * (steps - step + 1) / (double) (steps - constant + 1);
  }
}
