package chladni.sound2image.training;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import chladni.sound2image.network.Multimodal;
import java.util.List;

/**
 * The training of the multimodal layers. Inputs {@code image} (batch, image features), {@code sound}
 * (batch, sound features), {@code labels} (batch) and {@code lr}; outputs {@code l1}, {@code
 * hidden_ce}, {@code label_ce} and their weighted sum {@code loss}.
 */
public final class MultimodalTraining {
  private MultimodalTraining() {}

  /** All weights at one rate. */
  public static SimpleTraining of(
      Backend backend,
      Multimodal network,
      Multimodal.Weights weights,
      int batch,
      long seed,
      Precision precision) {
    return of(backend, network, weights, 1, batch, seed, precision, Inputs.WRITTEN);
  }

  /**
   * @param imageRate factor on W_I's learning rate. A small one keeps the shared space near the
   *     picture's features, from which W_I starts: Adam moves every weight by the same amount, and
   *     4096 of them in a row turn the identity into something else within a few steps
   * @param inputs gives {@code image} and {@code sound}
   */
  public static SimpleTraining of(
      Backend backend,
      Multimodal network,
      Multimodal.Weights weights,
      double imageRate,
      int batch,
      long seed,
      Precision precision,
      Inputs inputs) {
    Graph graph = new Graph();
    Node image = inputs.batch(graph, "image", Shape.of(batch, network.imageFeatures()));
    Node sound = inputs.batch(graph, "sound", Shape.of(batch, network.soundFeatures()));
    Node labels = graph.input("labels", TensorType.ints(Shape.of(batch)));
    Node rate = graph.input("lr", Shape.SCALAR);
    Parameters p = new Parameters(graph, "");
    Multimodal.Loss loss = network.loss(p, network.hidden(p, image, sound), labels, weights);
    if (imageRate == 1) {
      Adam.standard("adam").minimize(loss.total(), rate, p.trainable());
    } else {
      List<Variable> anchored =
          p.trainable().stream().filter(v -> v.name().equals(Multimodal.IMAGE_WEIGHT)).toList();
      List<Variable> rest = p.trainable().stream().filter(v -> !anchored.contains(v)).toList();
      Adam.standard("adam").minimize(loss.total(), rate, rest);
      Adam.standard("adam-image").minimize(loss.total(), Ops.scale(rate, imageRate), anchored);
    }
    graph.output("l1", loss.l1());
    graph.output("hidden_ce", loss.hiddenCrossEntropy());
    graph.output("label_ce", loss.labelCrossEntropy());
    graph.output("loss", loss.total());
    return new SimpleTraining(backend, graph, p, "multimodal.safetensors", seed, precision);
  }
}
