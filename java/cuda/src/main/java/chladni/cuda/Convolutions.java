package chladni.cuda;

import chladni.engine.backend.Precision;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.plan.Format;
import chladni.engine.plan.OpStep;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses how a convolution runs: an engine of cuDNN, else our kernel that follows the definition.
 * Why an engine was not taken stands in the log.
 */
final class Convolutions {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  private static final int BLOCK = 256;

  private final CudaLowering lowering;
  private final Cudnn cudnn;
  private final Precision precision;

  Convolutions(CudaLowering lowering, Cudnn cudnn, Precision precision) {
    this.lowering = lowering;
    this.cudnn = cudnn;
    this.precision = precision;
  }

  /**
   * Channels lie innermost in all three.
   *
   * @param large (N, C, H, W)
   * @param small (N, O, oH, oW)
   * @param weight (O, C / groups, kH, kW)
   */
  void lower(
      OpStep step,
      Cudnn.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window window,
      int groups) {
    List<Cudnn.Refusal> refusals = new ArrayList<>();
    Cudnn.Problem problem =
        new Cudnn.Problem(direction, strided(large), strided(small), strided(weight), window);
    Cudnn.Plan plan = cudnn.plan(problem, precision, refusals);
    for (Cudnn.Refusal r : refusals) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "{0}: cuDNN engine {1} not taken: {2}",
          step.label(),
          r.engine(),
          r.reason());
    }
    if (plan == null) {
      direct(step, direction, large, small, weight, window, groups);
      return;
    }
    lowering.own(plan);
    long workspace = plan.workspaceBytes() == 0 ? 0 : lowering.scratch(plan.workspaceBytes());
    CudnnDescriptor pack =
        plan.pack(large.address(), small.address(), weight.address(), workspace);
    Operand operand = operand(direction, large, small);
    lowering.add(
        lowering.tagged("cudnn engine " + plan.engine(), operand), () -> plan.execute(pack));
  }

  /** The first operand, whose format the other one has. */
  private static Operand operand(Cudnn.Direction direction, Operand large, Operand small) {
    return switch (direction) {
      case FORWARD, WEIGHT -> large;
      case DATA -> small;
    };
  }

  private void direct(
      OpStep step,
      Cudnn.Direction direction,
      Operand large,
      Operand small,
      Operand weight,
      Window w,
      int groups) {
    Shape x = large.buffer().type().shape();
    Shape y = small.buffer().type().shape();
    Shape k = weight.buffer().type().shape();
    String kernel =
        switch (direction) {
          case FORWARD -> "conv_forward";
          case DATA -> "conv_data";
          case WEIGHT -> "conv_weight";
        };
    Launch.Arguments arguments =
        new Launch.Arguments()
            .struct(
                x.dim(0), x.dim(1), x.dim(2), x.dim(3),
                y.dim(1), y.dim(2), y.dim(3),
                k.dim(2), k.dim(3), groups,
                w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft(),
                half(large), half(small), half(weight))
            .longs(large.address(), small.address(), weight.address());
    long points = Binding.elements(step.output());
    boolean narrow = operand(direction, large, small).format() == Format.BFLOAT16;
    lowering.add(
        lowering.launch(kernel, points, BLOCK, arguments), narrow ? kernel + " bf16" : kernel);
  }

  private static int half(Operand operand) {
    return operand.format() == Format.BFLOAT16 ? 1 : 0;
  }

  private static Cudnn.Strided strided(Operand operand) {
    Shape s = operand.buffer().type().shape();
    return new Cudnn.Strided(
        new long[] {s.dim(0), s.dim(1), s.dim(2), s.dim(3)},
        ChannelOrder.strides(s, true),
        operand.format());
  }
}
