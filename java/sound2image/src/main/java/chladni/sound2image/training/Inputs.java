package chladni.sound2image.training;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;

/** Where the batches of a training's graph come from. */
@FunctionalInterface
public interface Inputs {
  /** The host writes each batch. */
  Inputs WRITTEN = Graph::input;

  /**
   * The FLOAT batch of a name.
   *
   * @param shape (batch, item...)
   */
  Node batch(Graph graph, String name, Shape shape);
}
