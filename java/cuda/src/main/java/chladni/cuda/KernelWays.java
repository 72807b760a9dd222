package chladni.cuda;

import chladni.engine.plan.Format;
import java.util.List;

/** Our kernels for convolutions. They compute in FP32 whatever the precision. */
final class KernelWays {
  private static final int BLOCK = 256;

  /** Indices of the tiled kernel have 32 bits. */
  private static final long NARROW = 1L << 31;

  private KernelWays() {}

  /** As a product in tiles, dead taps left out. */
  static final class Tiled implements ConvolutionWay {
    @Override
    public String name() {
      return "tiled";
    }

    @Override
    public List<Candidate> candidates(ConvolutionTask task, int most) {
      Convolution c = task.convolution();
      if (c.groups() != 1) {
        task.refused("tiled kernel", "it has no groups");
        return List.of();
      }
      if (c.largest() >= NARROW) {
        task.refused("tiled kernel", "an operand has 2^31 elements or more");
        return List.of();
      }
      return List.of(
          Candidate.of(name(), to -> to.inPasses(alone -> add(to.lowering(), alone))));
    }

    private static void add(CudaLowering lowering, Convolution c) {
      TiledConvolution tiled = c.tiled();
      lowering.addLaunch(named(tiled.name(), c), tiled.launch(lowering, c));
    }
  }

  /** A thread for each element of the result, by the definition: does them all. */
  static final class Direct implements ConvolutionWay {
    @Override
    public String name() {
      return "direct";
    }

    @Override
    public List<Candidate> candidates(ConvolutionTask task, int most) {
      return List.of(
          Candidate.of(name(), to -> to.inPasses(alone -> add(to.lowering(), alone))));
    }

    private static void add(CudaLowering lowering, Convolution c) {
      String kernel =
          switch (c.direction()) {
            case FORWARD -> "conv_forward";
            case DATA -> "conv_data";
            case WEIGHT -> "conv_weight";
          };
      long points = Binding.elements(c.result().buffer());
      lowering.addLaunch(
          named(kernel, c),
          () ->
              lowering.launch(
                  kernel, points, BLOCK, c.arguments().longs(c.addresses().toArray())));
    }
  }

  private static String named(String kernel, Convolution c) {
    return c.operand().format() == Format.BFLOAT16 ? kernel + " bf16" : kernel;
  }
}
