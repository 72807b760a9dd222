package chladni.sound2image.training;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;
import chladni.sound2image.network.Multimodal;

/**
 * The training of the multimodal layers. Inputs {@code image} (batch, image features), {@code sound}
 * (batch, sound features), {@code labels} (batch) and {@code lr}; outputs {@code l1}, {@code
 * hidden_ce}, {@code label_ce} and their weighted sum {@code loss}.
 */
public final class MultimodalTraining {
  private MultimodalTraining() {}

  public static SimpleTraining of(
      Backend backend,
      Multimodal network,
      Multimodal.Weights weights,
      int batch,
      long seed,
      Precision precision) {
    Graph graph = new Graph();
    Node image = graph.input("image", Shape.of(batch, network.imageFeatures()));
    Node sound = graph.input("sound", Shape.of(batch, network.soundFeatures()));
    Node labels = graph.input("labels", TensorType.ints(Shape.of(batch)));
    Node rate = graph.input("lr", Shape.SCALAR);
    Parameters p = new Parameters(graph, "");
    Multimodal.Loss loss = network.loss(p, network.hidden(p, image, sound), labels, weights);
    Adam.standard("adam").minimize(loss.total(), rate, p.trainable());
    graph.output("l1", loss.l1());
    graph.output("hidden_ce", loss.hiddenCrossEntropy());
    graph.output("label_ce", loss.labelCrossEntropy());
    graph.output("loss", loss.total());
    return new SimpleTraining(backend, graph, p, "multimodal.safetensors", seed, precision);
  }
}
