package chladni.tests.plan;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Initializers;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Layers.BatchNormSpec;
import chladni.engine.nn.Layers.Init;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;

/** Networks of the kinds that the planner is made for, in any size. */
final class Networks {
  static final Init PLAIN = new Init(Initializers.normal(0, 0.1), null);
  static final Init BIASED = new Init(Initializers.normal(0, 0.1), Initializers.normal(0, 0.1));
  private static final Window HALF = Window.of(2, 1);

  private Networks() {}

  /** A U-Net whose innermost level is 1 x 1 for pictures of 2^levels. */
  static Node unet(Parameters p, Node x, int ngf, int levels, int out, Mode mode) {
    return Ops.tanh(level(p, x, ngf, 0, levels, out, mode));
  }

  private static Node level(
      Parameters p, Node x, int ngf, int level, int levels, int out, Mode mode) {
    String name = "level" + level;
    int inner = ngf * Math.min(8, 1 << level);
    boolean last = level == levels - 1;
    Node down = Layers.conv2d(p, name + ".down", x, inner, 4, 4, HALF, level == 0 ? BIASED : PLAIN);
    if (level > 0 && !last) {
      down = Layers.batchNorm(p, name + ".bn", down, mode, BatchNormSpec.PIX2PIX);
    }
    Node middle;
    if (last) {
      middle = Ops.relu(down);
    } else {
      Node skip = Ops.leakyRelu(down, 0.2);
      middle = Ops.relu(level(p, skip, ngf, level + 1, levels, inner, mode));
    }
    Node up =
        Layers.convTranspose2d(
            p, name + ".up", middle, out, 4, 4, HALF, level == 0 ? BIASED : PLAIN);
    if (level == 0) {
      return up;
    }
    up = Layers.batchNorm(p, name + ".bn2", up, mode, BatchNormSpec.PIX2PIX);
    if (mode.dropout() != null && level >= levels - 3 && !last) {
      up = Ops.dropout(up, mode.dropout().counter(), 0.5, mode.dropout().seed(), level);
    }
    return Ops.concat(1, x, up);
  }

  /** A PatchGAN discriminator: logits for patches. */
  static Node patchGan(Parameters p, Node x, int ndf, int layers, Mode mode) {
    Node h = Ops.leakyRelu(Layers.conv2d(p, "0", x, ndf, 4, 4, HALF, BIASED), 0.2);
    for (int i = 1; i <= layers; i++) {
      int channels = ndf * Math.min(8, 1 << i);
      Window window = i == layers ? Window.of(1, 1) : HALF;
      h = Layers.conv2d(p, i + ".conv", h, channels, 4, 4, window, PLAIN);
      h = Layers.batchNorm(p, i + ".bn", h, mode, BatchNormSpec.PIX2PIX);
      h = Ops.leakyRelu(h, 0.2);
    }
    return Layers.conv2d(p, "last", h, 1, 4, 4, Window.of(1, 1), BIASED);
  }

  /**
   * The two updates of pix2pix: D by real and fake pairs, then G through the new D.
   *
   * @param size 2^levels
   */
  static Graph pix2pix(int batch, int levels, int ngf, int patchLayers, boolean dropout) {
    Graph graph = new Graph();
    int size = 1 << levels;
    Node source = graph.input("source", Shape.of(batch, 3, size, size));
    Node target = graph.input("target", Shape.of(batch, 3, size, size));
    Node rate = graph.input("rate", Shape.SCALAR);
    Variable counter = Variable.counter("draws");
    Mode.Randomness randomness =
        dropout
            ? new Mode.Randomness(
                graph.assign(counter, Ops.increment(graph.read(counter))), 7)
            : null;
    Parameters g = new Parameters(graph, "g/");
    Parameters d = new Parameters(graph, "d/");
    Node fake = unet(g, source, ngf, levels, 3, Mode.train(randomness));
    Node pairs =
        Ops.concat(
            0, Ops.concat(1, source, Ops.stopGradient(fake)), Ops.concat(1, source, target));
    Node both = patchGan(d, pairs, ngf, patchLayers, Mode.train(null).withGroups(2));
    Node lossFake = Losses.bceWithLogits(Ops.slice(both, 0, 0, batch), 0);
    Node lossReal = Losses.bceWithLogits(Ops.slice(both, 0, batch, 2 * batch), 1);
    Node lossD = Ops.scale(Ops.add(lossFake, lossReal), 0.5);
    Adam.pix2pix("d").minimize(lossD, rate, d.trainable());
    Node judged = patchGan(d, Ops.concat(1, source, fake), ngf, patchLayers, Mode.train(null));
    Node lossGan = Losses.bceWithLogits(judged, 1);
    Node lossL1 = Ops.scale(Losses.l1(fake, target), 100);
    Adam.pix2pix("g").minimize(Ops.add(lossGan, lossL1), rate, g.trainable());
    graph.output("fake", fake);
    graph.output("lossD", lossD);
    graph.output("lossGan", lossGan);
    graph.output("lossL1", lossL1);
    return graph;
  }
}
