package chladni.cuda;

import chladni.engine.plan.Buffer;
import chladni.engine.plan.Epilogue;
import chladni.engine.plan.Format;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.ReductionStep;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A convolution of a plan with what follows on its result: all that a way has to add to the step.
 *
 * @param convolution its result is where what follows leaves it
 * @param sums the next step of the plan where that is {@link ChannelSums}, which a way may make too;
 *     else null
 */
record ConvolutionTask(
    CudaLowering lowering,
    FusedLaunches fused,
    OpStep step,
    Convolution convolution,
    ReductionStep sums) {
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

  /** All that decides how fast it is and to which bits: the same text, the same choice. */
  String problem() {
    StringBuilder text = new StringBuilder(convolution.problem());
    for (Epilogue e : step.epilogue()) {
      text.append(" then ").append(e.op());
      if (e.operand() != null) {
        text.append(' ').append(e.operand().format());
      }
    }
    return text.append(sums == null ? "" : " and its sums").toString();
  }

  /**
   * The same in other working memory. Operands of this one's working memory, which need not be
   * there yet, have room of their own in the other.
   */
  ConvolutionTask in(CudaLowering other) {
    UnaryOperator<Operand> moved =
        operand -> isTemporary(operand.buffer()) ? other.temporary(operand.buffer()) : operand;
    return new ConvolutionTask(
        other, new FusedLaunches(other, other.binding()), step, convolution.map(moved), sums);
  }

  private static boolean isTemporary(Buffer buffer) {
    return buffer.id() < 0 && buffer.place() instanceof Place.Arena;
  }

  /** Says why something does not do it. */
  void refused(String what, String reason) {
    LOG.log(System.Logger.Level.DEBUG, "{0}: {1} not taken: {2}", step.label(), what, reason);
  }
}
