package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Pix2Pix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** BF16 beyond single operations, where a backend has it: copies of weights, whole networks. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"cpu", "cuda"})
final class MixedPrecisionTest {
  private static final Layers.Init INIT =
      new Layers.Init(Initializers.normal(0, 0.2), Initializers.normal(0, 0.2));
  private static final int SIDE = 8;
  private static final int GAN_SIDE = 16;
  private static final String FIRST = "chladni.cuda.convolution";
  private static final int PICTURE = GAN_SIDE * GAN_SIDE;

  private final Backend backend;

  MixedPrecisionTest(String name) {
    backend = Backends.named(name).backend();
    // A processor may be without it; the cards that the stand-ins stand for are not.
    assumeThat(name.equals("cuda") || backend.precisions().contains(Precision.BF16)).isTrue();
  }

  /** A weight of each kind: of both convolutions, computed, of groups, of a linear layer. */
  private static Node network(Parameters p, Node x) {
    Node h = Ops.relu(Layers.conv2d(p, "down", x, 16, 4, 4, Window.of(2, 1), INIT));
    Node w = p.weight("computed", Shape.of(16, 16, 3, 3), INIT.weight());
    h = Ops.tanh(Ops.conv2d(h, Ops.mul(w, Ops.sigmoid(w)), Window.of(1, 1)));
    h = Layers.conv2d(p, "depthwise", h, 16, 3, 3, Window.of(1, 1), 16, INIT);
    h = Ops.relu(Layers.convTranspose2d(p, "up", h, 3, 4, 4, Window.of(2, 1), INIT));
    return Layers.linear(p, "fc", Ops.flatten(h), 5, INIT);
  }

  /** A store with a program that trains this network and one that only runs it. */
  private final class Trained implements AutoCloseable {
    final Store store = backend.newStore(1, Precision.BF16);
    final Program inference;
    final Program training;

    Trained() {
      Graph graph = new Graph();
      Node x = graph.input("x", Shape.of(2, 3, SIDE, SIDE));
      graph.output("y", network(new Parameters(graph, ""), x));
      inference = backend.compile(graph, store, Precision.BF16);
      Graph step = new Graph();
      Parameters p = new Parameters(step, "");
      Node y = network(p, step.input("x", Shape.of(2, 3, SIDE, SIDE)));
      Node loss = Ops.mean(Ops.square(y));
      Adam.standard("adam").minimize(loss, step.constant(0.05), p.trainable());
      training = backend.compile(step, store, Precision.BF16);
      for (Program program : List.of(inference, training)) {
        program.write("x", TrainedNet.random(2 * 3 * SIDE * SIDE, 5));
      }
    }

    float[] infer() {
      inference.run();
      return inference.read("y");
    }

    @Override
    public void close() {
      inference.close();
      training.close();
      store.close();
    }
  }

  /** What a store that never held anything else makes of these weights. */
  private float[] afresh(Store weights) {
    try (Trained fresh = new Trained()) {
      weights.variables().forEach(v -> copy(v, weights, fresh.store));
      return fresh.infer();
    }
  }

  private static void copy(Variable v, Store from, Store to) {
    switch (v.type().dtype()) {
      case FLOAT -> to.set(v.name(), from.floats(v.name()));
      case INT32 -> to.set(v.name(), from.ints(v.name()));
    }
  }

  @Test
  void aTrainingStepLeavesNoCopyStale() {
    try (Trained net = new Trained()) {
      float[] before = net.infer();
      for (int step = 0; step < 3; step++) {
        net.training.run();
        float[] after = net.infer();
        assertThat(after).isNotEqualTo(before).containsExactly(afresh(net.store));
        before = after;
      }
    }
  }

  @Test
  void settingAVariableLeavesNoCopyStale() {
    try (Trained net = new Trained()) {
      net.training.run();
      float[] before = net.infer();
      for (Variable v : net.store.variables()) {
        if (v.trainable()) {
          float[] values = net.store.floats(v.name());
          for (int i = 0; i < values.length; i++) {
            values[i] *= 1.5f;
          }
          net.store.set(v.name(), values);
          float[] after = net.infer();
          assertThat(after).as(v.name()).isNotEqualTo(before);
          assertThat(after).as(v.name()).containsExactly(afresh(net.store));
          before = after;
        }
      }
    }
  }

  @Test
  void whatIsReadAfterAnAssignmentIsTheNewVersion() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(3, 33));
    Variable w = Variable.trainable("w", Shape.of(7, 33), Initializers.normal(0, 1));
    Node old = graph.read(w);
    Node next = graph.assign(w, Ops.scale(old, 1.25));
    graph.output("old", Ops.matmul(x, old, false, true));
    graph.output("new", Ops.matmul(x, next, false, true));
    try (Store store = backend.newStore(2, Precision.BF16);
        Program program = backend.compile(graph, store, Precision.BF16)) {
      program.write("x", TrainedNet.random(3 * 33, 6));
      float[] last = null;
      for (int run = 0; run < 3; run++) {
        program.run();
        if (last != null) {
          assertThat(program.read("old")).containsExactly(last);
        }
        last = program.read("new");
        assertThat(last).isNotEqualTo(program.read("old"));
      }
    }
  }

  /** Masters and moments keep 32 bits: an update far below half a bfloat16 step is not lost. */
  @Test
  void smallUpdatesAddUp() {
    Graph graph = new Graph();
    Variable w = Variable.trainable("w", Shape.of(1, 1), Initializers.ones());
    Node old = graph.read(w);
    graph.assign(w, Ops.shift(old, 0x1p-12));
    graph.output("y", Ops.matmul(graph.input("x", Shape.of(1, 1)), old));
    try (Store store = backend.newStore(2, Precision.BF16);
        Program program = backend.compile(graph, store, Precision.BF16)) {
      program.write("x", new float[] {1});
      for (int run = 0; run < 24; run++) {
        program.run();
        // 1 + run / 4096 is rounded to a multiple of 1 / 128; the tie at 16 goes to even.
        assertThat(program.read("y")).containsExactly(run <= 16 ? 1 : 1 + 0x1p-7f);
      }
      assertThat(store.floats("w")).containsExactly(1 + 24 * 0x1p-12f);
    }
  }

  @Test
  void everyProductOfPix2PixTakesBfloat16() {
    Pix2Pix.Options options = Pix2Pix.Options.of(UNet.of128(1, 3), PatchGan.BASIC, 1, 1);
    try (Pix2Pix training = new Pix2Pix(backend, options, Precision.BF16)) {
      List<Listing.Step> products =
          training.program().listing().steps().stream()
              .filter(step -> step.kind() == Listing.Kind.PRODUCT)
              .toList();
      // Forward, by weights, by data: 14 + 14 + 13 of G, 5 + 5 + 4 of D, 5 + 0 + 5 of D for G.
      assertThat(products).hasSize(65);
      assertThat(products)
          .allSatisfy(
              step -> {
                assertThat(step.implementation()).contains("bf16").doesNotContain("ref");
                assertThat(step.reads().get(0).layout()).endsWith("bf16");
                assertThat(step.reads().get(1).layout()).endsWith("bf16");
              });
      assertThat(training.program().listing().steps()).noneMatch(Listing.Step::isInteriorReorder);
    }
  }

  /**
   * Ten steps of a small pix2pix. The yardstick is a plain implementation: BF16 may lead the losses
   * twice as far from those of FP64 as it leads the reference.
   */
  @Test
  void tenGanStepsStayAsNearAsAPlainImplementation() {
    double[][] exact = losses(Backends.REFERENCE.backend(), Precision.FP64);
    double[] plain = farthest(losses(Backends.REFERENCE.backend(), Precision.BF16), exact);
    double[] actual = farthest(losses(backend, Precision.BF16), exact);
    for (int i = 0; i < plain.length; i++) {
      assertThat(actual[i]).as(Pix2Pix.LOSSES.get(i)).isLessThanOrEqualTo(2 * plain[i]);
    }
  }

  /**
   * The same in TF32; twice as far again for a card that cuts operands off, where the reference
   * rounds them. By cuDNN, since our kernels take operands of 32 bits as they are; and farther than
   * in FP32, or nothing was rounded.
   */
  @Test
  void tenGanStepsInTf32DoSoToo() {
    assumeThat(backend.precisions()).contains(Precision.TF32);
    System.setProperty(FIRST, "cudnn");
    try {
      double[][] exact = losses(Backends.REFERENCE.backend(), Precision.FP64);
      double[] plain = farthest(losses(Backends.REFERENCE.backend(), Precision.TF32), exact);
      double[] single = farthest(losses(backend, Precision.FP32), exact);
      double[] actual = farthest(losses(backend, Precision.TF32), exact);
      for (int i = 0; i < plain.length; i++) {
        assertThat(actual[i])
            .as(Pix2Pix.LOSSES.get(i))
            .isGreaterThan(single[i])
            .isLessThanOrEqualTo(2 * 2 * plain[i]);
      }
    } finally {
      System.clearProperty(FIRST);
    }
  }

  /** For each loss the largest distance in all steps. */
  private static double[] farthest(double[][] losses, double[][] exact) {
    double[] farthest = new double[Pix2Pix.LOSSES.size()];
    for (int step = 0; step < exact.length; step++) {
      for (int i = 0; i < farthest.length; i++) {
        farthest[i] = Math.max(farthest[i], Math.abs(losses[step][i] - exact[step][i]));
      }
    }
    return farthest;
  }

  private static double[][] losses(Backend backend, Precision precision) {
    Pix2Pix.Options options =
        Pix2Pix.Options.of(new UNet(GAN_SIDE, 1, 3, 8, 0.5), new PatchGan(8, 1), 2, 3);
    double[][] losses = new double[10][Pix2Pix.LOSSES.size()];
    try (Pix2Pix gan = new Pix2Pix(backend, options, precision)) {
      gan.program().write("lr", new float[] {2e-4f});
      for (int step = 0; step < losses.length; step++) {
        gan.program().write("source", TrainedNet.random(2 * PICTURE, 2 * step));
        gan.program().write("target", TrainedNet.random(2 * 3 * PICTURE, 2 * step + 1));
        gan.program().run();
        for (int i = 0; i < losses[step].length; i++) {
          losses[step][i] = gan.program().scalar(Pix2Pix.LOSSES.get(i));
        }
      }
    }
    return losses;
  }
}
