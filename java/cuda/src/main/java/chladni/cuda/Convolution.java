package chladni.cuda;

import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.plan.Format;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * What a convolution takes and leaves in one of its three directions. Channels lie innermost in all
 * three tensors.
 *
 * @param large (N, C, H, W)
 * @param small (N, O, oH, oW)
 * @param weight (O, C / groups, kH, kW)
 */
record Convolution(
    ConvolutionGraph.Direction direction,
    Operand large,
    Operand small,
    Operand weight,
    Window window,
    int groups) {

  /** The first operand, whose format the other one has. */
  Operand operand() {
    return switch (direction) {
      case FORWARD, WEIGHT -> large;
      case DATA -> small;
    };
  }

  Operand result() {
    return switch (direction) {
      case FORWARD -> small;
      case DATA -> large;
      case WEIGHT -> weight;
    };
  }

  /** The same with its result elsewhere. */
  Convolution to(Operand result) {
    return switch (direction) {
      case FORWARD -> new Convolution(direction, large, result, weight, window, groups);
      case DATA -> new Convolution(direction, result, small, weight, window, groups);
      case WEIGHT -> new Convolution(direction, large, small, result, window, groups);
    };
  }

  /** The same on other operands. */
  Convolution map(UnaryOperator<Operand> moved) {
    return new Convolution(
        direction, moved.apply(large), moved.apply(small), moved.apply(weight), window, groups);
  }

  List<Operand> sides() {
    return List.of(large, small, weight);
  }

  /** Those of the large side, the small one and the weight. */
  LongStream addresses() {
    return sides().stream().mapToLong(Operand::address);
  }

  /** In words, without where it lies. */
  String problem() {
    return "%s of %s, %s, %s, %s, %d groups"
        .formatted(
            direction.name().toLowerCase(Locale.ROOT),
            words(large),
            words(small),
            words(weight),
            window,
            groups);
  }

  private static String words(Operand operand) {
    return "%s %s channels last".formatted(shape(operand), operand.format());
  }

  /**
   * As cuDNN is asked for it.
   *
   * @param leaves the format of what is stored, after the stages
   * @param stages what follows on the result
   */
  ConvolutionGraph.Problem problem(Format leaves, List<ConvolutionGraph.Stage> stages) {
    return new ConvolutionGraph.Problem(
        direction,
        strided(large, leaves),
        strided(small, leaves),
        strided(weight, leaves),
        window,
        stages,
        false);
  }

  private ConvolutionGraph.Strided strided(Operand operand, Format ofResult) {
    return ConvolutionGraph.Strided.channelsLast(
        shape(operand), operand == result() ? ofResult : operand.format());
  }

  /** As our tiled kernel divides it. */
  TiledConvolution tiled() {
    return TiledConvolution.of(direction, shape(large), shape(small), shape(weight), window);
  }

  /** {@code struct Conv} of kernels/cuda/conv.cuh. */
  Launch.Arguments arguments() {
    Shape x = shape(large);
    Shape y = shape(small);
    Shape k = shape(weight);
    Window w = window;
    return new Launch.Arguments()
        .struct(
            x.dim(0), x.dim(1), x.dim(2), x.dim(3),
            y.dim(1), y.dim(2), y.dim(3),
            k.dim(2), k.dim(3), groups,
            w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft(),
            half(large), half(small), half(weight));
  }

  private static int half(Operand operand) {
    return operand.format() == Format.BFLOAT16 ? 1 : 0;
  }

  /** The fewer of the channels on its two sides. */
  int channels() {
    return Math.min(shape(large).dim(1), shape(small).dim(1));
  }

  /** Bytes of both sides and of the weights that are not dead. */
  long bytes() {
    return Binding.sizeOf(large.buffer()) + Binding.sizeOf(small.buffer()) + liveBytes();
  }

  /** Bytes of the weights whose taps are not dead. */
  long liveBytes() {
    TiledConvolution tiled = tiled();
    return Binding.sizeOf(weight.buffer()) * tiled.liveTaps() / tiled.taps();
  }

  /** Elements of its largest tensor. */
  long largest() {
    return sides().stream().mapToLong(o -> Binding.elements(o.buffer())).max().orElseThrow();
  }

  private static Shape shape(Operand operand) {
    return operand.buffer().type().shape();
  }
}
