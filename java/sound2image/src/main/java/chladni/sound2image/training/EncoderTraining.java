package chladni.sound2image.training;

import chladni.engine.backend.Backend;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;

/**
 * The training of a classifier: cross-entropy against labels, Adam. Inputs {@code x} (batch,
 * item...), {@code labels} (batch) and {@code lr}; outputs {@code loss} and {@code accuracy}, the
 * share of the batch whose label has the highest logit.
 */
public final class EncoderTraining {
  private EncoderTraining() {}

  /** From a network's parameters, mode and input to its logits (batch, classes). */
  @FunctionalInterface
  public interface Network {
    Node logits(Parameters p, Node x, Mode mode);
  }

  /**
   * @param name of the file of weights, without ending
   */
  public static SimpleTraining of(
      Backend backend,
      String name,
      int batch,
      Shape item,
      int classes,
      Network network,
      long seed) {
    return of(backend, name, batch, item, classes, network, seed, Inputs.WRITTEN);
  }

  /**
   * @param inputs gives {@code x}
   */
  public static SimpleTraining of(
      Backend backend,
      String name,
      int batch,
      Shape item,
      int classes,
      Network network,
      long seed,
      Inputs inputs) {
    Graph graph = new Graph();
    int[] dims = new int[item.rank() + 1];
    dims[0] = batch;
    System.arraycopy(item.dims(), 0, dims, 1, item.rank());
    Node x = inputs.batch(graph, "x", Shape.of(dims));
    Node labels = graph.input("labels", TensorType.ints(Shape.of(batch)));
    Node rate = graph.input("lr", Shape.SCALAR);
    Variable counter = Variable.counter("step");
    Node step = graph.assign(counter, Ops.increment(graph.read(counter)));
    Parameters p = new Parameters(graph, "");
    Mode mode = Mode.train(new Mode.Randomness(step, seed));
    Node logits = network.logits(p, x, mode);
    Node loss = Losses.crossEntropy(logits, labels);
    Adam.standard("adam").minimize(loss, rate, p.trainable());
    Node hit =
        Ops.equal(
            Ops.sum(Ops.mul(logits, Ops.oneHot(labels, classes)), true, 1),
            Ops.max(logits, true, 1));
    graph.output("loss", loss);
    graph.output("accuracy", Ops.mean(hit));
    return new SimpleTraining(backend, graph, p, name + ".safetensors", seed);
  }
}
