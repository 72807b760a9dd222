package chladni.cuda;

import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Layout;
import chladni.engine.plan.OpStep;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses how a convolution runs: an engine of cuDNN, else our kernel that follows the definition.
 * Why an engine was not taken stands in the log.
 */
final class Convolutions {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  private final CudaLowering lowering;
  private final Cudnn cudnn;
  private final Binding binding;

  Convolutions(CudaLowering lowering, Cudnn cudnn, Binding binding) {
    this.lowering = lowering;
    this.cudnn = cudnn;
    this.binding = binding;
  }

  /**
   * @param large (N, C, H, W)
   * @param small (N, O, oH, oW)
   * @param weight (O, C / groups, kH, kW)
   */
  void lower(
      OpStep step,
      Cudnn.Direction direction,
      Buffer large,
      Buffer small,
      Buffer weight,
      Window window,
      int groups) {
    List<Cudnn.Refusal> refusals = new ArrayList<>();
    Cudnn.Problem problem =
        new Cudnn.Problem(direction, strided(large), strided(small), strided(weight), window);
    Cudnn.Plan plan = cudnn.plan(problem, refusals);
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
        plan.pack(
            binding.address(large), binding.address(small), binding.address(weight), workspace);
    lowering.add("cudnn engine " + plan.engine(), () -> plan.execute(pack));
  }

  private void direct(
      OpStep step,
      Cudnn.Direction direction,
      Buffer large,
      Buffer small,
      Buffer weight,
      Window w,
      int groups) {
    Shape x = large.type().shape();
    Shape y = small.type().shape();
    Shape k = weight.type().shape();
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
                w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft())
            .longs(
                binding.address(step.inputs().get(0)),
                binding.address(step.inputs().get(1)),
                binding.address(step.output()));
    lowering.run(step, kernel, arguments);
  }

  private static Cudnn.Strided strided(Buffer buffer) {
    Shape s = buffer.type().shape();
    long n = s.dim(0);
    long c = s.dim(1);
    long h = s.dim(2);
    long w = s.dim(3);
    return new Cudnn.Strided(
        new long[] {n, c, h, w},
        buffer.layout() == Layout.CHANNELS_LAST
            ? new long[] {h * w * c, 1, w * c, c}
            : new long[] {c * h * w, h * w, w, 1});
  }
}
