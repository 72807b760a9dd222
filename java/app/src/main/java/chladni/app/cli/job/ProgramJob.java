package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.app.cli.doctor.ProgramRequest;
import chladni.app.cli.doctor.ProgramRequest.Work;
import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.Multimodal;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.EncoderTraining;
import chladni.sound2image.training.MultimodalTraining;
import chladni.sound2image.training.Pix2Pix;
import chladni.sound2image.training.TrainingStep;

/** {@code doctor --program}: compiles a network with first weights and prints its steps. */
public final class ProgramJob {
  private static final Recipe RECIPE = Recipe.SMALL;
  private static final int CLASSES = 16;
  private static final long SEED = 0;

  /** Pictures of this side are judged. */
  private static final int JUDGED = 128;

  private ProgramJob() {}

  public static void run(ProgramRequest request, Terminal terminal) {
    try (Engine engine = Backends.open(request.device(), terminal)) {
      String listing =
          request.work() == Work.STEP ? step(engine, request) : inference(engine, request);
      terminal.out().print(listing);
      terminal.out().flush();
    }
  }

  private static String step(Engine engine, ProgramRequest request) {
    int n = request.batch();
    try (TrainingStep training =
        switch (request.network()) {
          case UNET128, PATCHGAN -> pix2pix(engine, UNet.of128(1, 3), n);
          case UNET256 -> pix2pix(engine, UNet.of256(1, 3), n);
          case MULTIMODAL ->
              MultimodalTraining.of(
                  engine.backend(),
                  RECIPE.multimodal(CLASSES),
                  Multimodal.Weights.DEFAULT,
                  n,
                  SEED,
                  Precision.FP32);
          case PICTURE -> {
            Shape item = Shape.of(3, RECIPE.side(), RECIPE.side());
            yield encoder(
                engine, n, item, (p, x, m) -> RECIPE.pictureEncoder(CLASSES).build(p, x, m).logits());
          }
          case SOUND -> {
            Shape item = Shape.of(1, RECIPE.samples(), 1);
            yield encoder(
                engine, n, item, (p, x, m) -> RECIPE.soundEncoder(CLASSES).build(p, x, m).logits());
          }
        }) {
      return training.program().explain();
    }
  }

  private static TrainingStep pix2pix(Engine engine, UNet net, int batch) {
    return new Pix2Pix(engine, Pix2Pix.Options.of(net, PatchGan.BASIC, batch, SEED));
  }

  private static TrainingStep encoder(
      Engine engine, int batch, Shape item, EncoderTraining.Network network) {
    return EncoderTraining.of(engine.backend(), "encoder", batch, item, CLASSES, network, SEED);
  }

  private static String inference(Engine engine, ProgramRequest request) {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    graph.output("y", forward(graph, p, request));
    try (Store store = engine.newStore(SEED);
        Program program = engine.compile(graph, store)) {
      return program.explain();
    }
  }

  private static Node forward(Graph graph, Parameters p, ProgramRequest request) {
    int n = request.batch();
    return switch (request.network()) {
      case UNET128 -> unet(graph, p, UNet.of128(1, 3), n);
      case UNET256 -> unet(graph, p, UNet.of256(1, 3), n);
      case PATCHGAN ->
          PatchGan.BASIC.build(
              p, graph.input("pair", Shape.of(n, 4, JUDGED, JUDGED)), Mode.EVAL);
      case MULTIMODAL -> {
        Multimodal net = RECIPE.multimodal(CLASSES);
        yield net.sound(p, graph.input("sound", Shape.of(n, net.soundFeatures())));
      }
      case PICTURE -> {
        Node x = graph.input("picture", Shape.of(n, 3, RECIPE.side(), RECIPE.side()));
        yield RECIPE.pictureEncoder(CLASSES).build(p, x, Mode.EVAL).logits();
      }
      case SOUND -> {
        Node x = graph.input("sound", Shape.of(n, 1, RECIPE.samples(), 1));
        yield RECIPE.soundEncoder(CLASSES).build(p, x, Mode.EVAL).logits();
      }
    };
  }

  private static Node unet(Graph graph, Parameters p, UNet net, int batch) {
    Node x = graph.input("source", Shape.of(batch, 1, net.size(), net.size()));
    return net.build(p, x, Mode.EVAL);
  }
}
