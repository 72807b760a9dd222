package chladni.cuda;

import chladni.engine.plan.Format;
import chladni.engine.plan.OpStep;
import java.util.function.Consumer;

/**
 * A convolution of a plan with what follows on its result: all that a way has to add to the step.
 *
 * @param convolution its result is where what follows leaves it
 */
record ConvolutionTask(
    CudaLowering lowering, FusedLaunches fused, OpStep step, Convolution convolution) {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  boolean hasEpilogue() {
    return !step.epilogue().isEmpty();
  }

  /** Of what the convolution alone leaves. */
  Format productFormat() {
    return hasEpilogue() ? Format.SINGLE : convolution.result().format();
  }

  /**
   * Adds the convolution alone, then what follows as a pass over its result.
   *
   * @param alone adds one whose result is in the format of products
   */
  void inPasses(Consumer<Convolution> alone) {
    if (!hasEpilogue()) {
      alone.accept(convolution);
      return;
    }
    Operand product = fused.product(step);
    alone.accept(convolution.to(product));
    fused.epilogue(step, product);
  }

  /** Says why something does not do it. */
  void refused(String what, String reason) {
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1} not taken: {2}", step.label(), what, reason);
  }
}
