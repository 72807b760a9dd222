package chladni.app.cli.job;

import chladni.app.cli.NetForward;
import chladni.app.cli.Terminal;
import chladni.engine.Engine;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.io.BadFileException;
import chladni.engine.io.Npy;
import chladni.engine.io.NpyArray;
import chladni.engine.io.Weights;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.features.Inference;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;

/** {@code net forward}: an array through one network with given weights. */
public final class ForwardJob {
  /** Larger batches go through in parts of this size, so that memory does not grow with N. */
  private static final int CHUNK = 16;

  private static final String RESULT = "y";

  /** A side that every PatchGAN takes. */
  private static final int ANY_SIDE = 128;

  /** A network in inference mode, and what it takes. */
  private record Network(
      int channels, int side, BiFunction<Parameters, Node, Node> build, String takes) {
    boolean accepts(long[] shape) {
      return shape.length == 4
          && shape[0] > 0
          && shape[1] == channels
          && (side == 0 ? shape[2] > 0 && shape[3] > 0 : shape[2] == side && shape[3] == side);
    }
  }

  private ForwardJob() {}

  public static void run(NetForward.Request request, Terminal terminal) {
    Network network = network(request, new WeightShapes(request.weights()));
    checkWeights(request, network);
    NpyArray input = Npy.read(request.input());
    long[] shape = input.shape();
    if (!network.accepts(shape)) {
      throw new BadFileException(
          request.input(),
          "%s takes %s, got %s".formatted(request.net(), network.takes(), Arrays.toString(shape)),
          "Check --net, the weights and the order of the axes.");
    }
    int n = (int) shape[0];
    Shape item = Shape.of((int) shape[1], (int) shape[2], (int) shape[3]);
    int width = Math.toIntExact(item.elements());
    Parameters[] parameters = new Parameters[1];
    int[] outDims = new int[4];
    try (Engine engine = Backends.open(request.device(), terminal);
        Store store = engine.backend().newStore(0, request.precision());
        Inference inference =
            new Inference(
                engine.backend(),
                store,
                request.precision(),
                Math.min(n, CHUNK),
                item,
                x -> {
                  parameters[0] = new Parameters(x.graph(), "");
                  Node y = network.build().apply(parameters[0], x);
                  System.arraycopy(y.shape().dims(), 0, outDims, 0, outDims.length);
                  return Map.of(RESULT, y);
                })) {
      Weights.load(request.weights(), store, parameters[0].all(), "");
      float[][] rows =
          inference
              .run(n, (i, dst, at) -> System.arraycopy(input.values(), i * width, dst, at, width))
              .get(RESULT);
      float[] all = new float[Math.multiplyExact(n, rows[0].length)];
      for (int i = 0; i < n; i++) {
        System.arraycopy(rows[i], 0, all, i * rows[i].length, rows[i].length);
      }
      long[] out = {n, outDims[1], outDims[2], outDims[3]};
      Npy.write(request.output(), new NpyArray(out, all));
      terminal.err().println(request.output() + " " + Arrays.toString(out));
    }
  }

  /** First, since what the input must be is read off the weights. */
  private static void checkWeights(NetForward.Request request, Network network) {
    int side = network.side() == 0 ? ANY_SIDE : network.side();
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    network.build().apply(p, graph.input("x", Shape.of(1, network.channels(), side, side)));
    Weights.check(request.weights(), p.all(), "");
  }

  private static Network network(NetForward.Request request, WeightShapes weights) {
    return switch (request.net()) {
      case UNET128 -> unet(weights.unet(128, request.inChannels(), request.outChannels()));
      case UNET256 -> unet(weights.unet(256, request.inChannels(), request.outChannels()));
      case PATCHGAN -> patchGan(weights, request.inChannels(), request.outChannels());
    };
  }

  private static Network unet(UNet net) {
    return new Network(
        net.inChannels(),
        net.size(),
        (p, x) -> net.build(p, x, Mode.EVAL),
        "(N, %d, %d, %d)".formatted(net.inChannels(), net.size(), net.size()));
  }

  /**
   * @param in channels of the pair, or of A alone when {@code out} gives those of B
   */
  private static Network patchGan(WeightShapes weights, int in, int out) {
    PatchGan net = weights.patchGan();
    int pair = weights.pairChannels();
    int channels = in == 0 || in + out == pair ? pair : in;
    return new Network(
        channels,
        0,
        (p, x) -> net.build(p, x, Mode.EVAL),
        "(N, %d, H, W)".formatted(channels));
  }
}
