package chladni.sound2image.training;

import chladni.engine.Engine;
import chladni.engine.LossHistory;
import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.io.Weights;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The conditional GAN's training step as one program, in the order of
 * junyanz/pytorch-CycleGAN-and-pix2pix: the generator runs forward once; the discriminator's update
 * on the detached fake and the real pair; the generator's against the updated discriminator.
 *
 * <p>Inputs: {@code source} (N, in, S, S), {@code target} (N, out, S, S), {@code lr} (). Outputs:
 * {@code G_GAN}, {@code G_L1} (with its weight), {@code D_real}, {@code D_fake}.
 */
public final class Pix2Pix implements TrainingStep {
  /** The columns of the loss log. */
  public static final List<String> LOSSES = List.of("G_GAN", "G_L1", "D_real", "D_fake");

  private static final String GENERATOR = "generator/";
  private static final String DISCRIMINATOR = "discriminator/";

  /**
   * @param lambdaL1 weight of the L1 distance to the target; 100 in pix2pix
   * @param discriminatorScale factor on the discriminator's loss beside the reference's one half; the
   *     paper's feature GAN has 0.001
   * @param discriminatorRate factor on the discriminator's learning rate, since Adam is nearly blind
   *     to a factor on the loss
   * @param beta1 of both Adams
   * @param seed of weights and dropout
   */
  public record Options(
      UNet generator,
      PatchGan discriminator,
      int batch,
      double lambdaL1,
      double discriminatorScale,
      double discriminatorRate,
      double beta1,
      boolean dropout,
      long seed) {
    /** pix2pix's defaults. */
    public static Options of(UNet generator, PatchGan discriminator, int batch, long seed) {
      return new Options(generator, discriminator, batch, 100, 1, 1, 0.5, true, seed);
    }

    /** The paper's penalty on the discriminator's loss. */
    public Options withDiscriminatorScale(double scale) {
      return new Options(
          generator, discriminator, batch, lambdaL1, scale, discriminatorRate, beta1, dropout, seed);
    }

    /** With dropout on or off. */
    public Options withDropout(boolean on) {
      return new Options(
          generator,
          discriminator,
          batch,
          lambdaL1,
          discriminatorScale,
          discriminatorRate,
          beta1,
          on,
          seed);
    }
  }

  private final Backend backend;
  private final Parameters generator;
  private final Parameters discriminator;
  private final Store store;
  private final Program program;
  private final LossHistory history;

  /** In the precision FP32. */
  public Pix2Pix(Engine engine, Options options) {
    this(engine.backend(), options, Precision.FP32);
  }

  public Pix2Pix(Backend backend, Options options, Precision precision) {
    this(backend, options, precision, Inputs.WRITTEN);
  }

  /**
   * @param inputs gives {@code source} and {@code target}
   */
  public Pix2Pix(Backend backend, Options options, Precision precision, Inputs inputs) {
    this.backend = backend;
    Graph graph = new Graph();
    generator = new Parameters(graph, GENERATOR);
    discriminator = new Parameters(graph, DISCRIMINATOR);
    history = build(graph, options, inputs);
    store = backend.newStore(options.seed(), precision);
    program = backend.compile(graph, store, precision);
  }

  private LossHistory build(Graph graph, Options o, Inputs inputs) {
    UNet net = o.generator();
    int n = o.batch();
    int side = net.size();
    Node source = inputs.batch(graph, "source", Shape.of(n, net.inChannels(), side, side));
    Node target = inputs.batch(graph, "target", Shape.of(n, net.outChannels(), side, side));
    Node rate = graph.input("lr", Shape.SCALAR);
    Variable counter = Variable.counter("step");
    Node step = graph.assign(counter, Ops.increment(graph.read(counter)));
    Mode mode = Mode.train(o.dropout() ? new Mode.Randomness(step, o.seed()) : null);

    Node fake;
    try (Graph.Scope _ = graph.scope("G")) {
      fake = net.build(generator, source, mode);
    }
    Node fakePair = Ops.concat(1, source, fake);
    Node dFake;
    Node dReal;
    try (Graph.Scope _ = graph.scope("D")) {
      // Fake and real as one batch; statistics apart, fake first, as if one pass followed the other.
      Node pairs =
          Ops.concat(0, Ops.stopGradient(fakePair), Ops.concat(1, source, target));
      Node logits = o.discriminator().build(discriminator, pairs, mode.withGroups(2));
      dFake = Losses.bceWithLogits(Ops.slice(logits, 0, 0, n), 0);
      dReal = Losses.bceWithLogits(Ops.slice(logits, 0, n, 2 * n), 1);
    }
    Node dLoss = Ops.scale(Ops.add(dFake, dReal), 0.5 * o.discriminatorScale());
    adam(o, "adam-d").minimize(dLoss, Ops.scale(rate, o.discriminatorRate()), discriminator.trainable());

    Node gGan;
    try (Graph.Scope _ = graph.scope("D2")) {
      Node logits = o.discriminator().build(discriminator, fakePair, mode);
      gGan = Losses.bceWithLogits(logits, 1);
    }
    Node gL1 = Ops.scale(Losses.l1(fake, target), o.lambdaL1());
    adam(o, "adam-g").minimize(Ops.add(gGan, gL1), rate, generator.trainable());

    graph.output("G_GAN", gGan);
    graph.output("G_L1", gL1);
    graph.output("D_real", dReal);
    graph.output("D_fake", dFake);
    return Kept.losses(graph);
  }

  private static Adam adam(Options o, String name) {
    return new Adam(name, o.beta1(), 0.999, 1e-8);
  }

  /** Starts the generator from a file with PyTorch's key names. */
  public void loadGenerator(Path file) {
    Weights.load(file, store, generator.all(), GENERATOR);
  }

  /** Starts the discriminator from a file with PyTorch's key names. */
  public void loadDiscriminator(Path file) {
    Weights.load(file, store, discriminator.all(), DISCRIMINATOR);
  }

  /** The generator's variables, named with their prefix. */
  public Parameters generator() {
    return generator;
  }

  public Parameters discriminator() {
    return discriminator;
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public Store store() {
    return store;
  }

  @Override
  public List<String> losses() {
    return LOSSES;
  }

  @Override
  public LossHistory history() {
    return history;
  }

  @Override
  public List<Variable> variables() {
    return Kept.ofCheckpoint(store.variables());
  }

  /** {@code generator.safetensors} and {@code discriminator.safetensors}. */
  @Override
  public void saveWeights(Path folder, Map<String, String> metadata) {
    Weights.save(
        folder.resolve("generator.safetensors"), store, generator.all(), GENERATOR, metadata);
    Weights.save(
        folder.resolve("discriminator.safetensors"),
        store,
        discriminator.all(),
        DISCRIMINATOR,
        metadata);
  }

  @Override
  public void close() {
    program.close();
    store.close();
  }
}
