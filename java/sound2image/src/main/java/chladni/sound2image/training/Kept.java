package chladni.sound2image.training;

import chladni.engine.LossHistory;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Variable;
import java.util.List;

/** What a training keeps in its store that is nothing to save. */
final class Kept {
  /** What the names of variables begin with that no checkpoint has. */
  static final String OUT = "kept/";

  /** Steps whose losses wait on a device to be read. */
  private static final int STEPS = 64;

  private Kept() {}

  /** Keeps all outputs of a graph, in their order. */
  static LossHistory losses(Graph graph) {
    Node[] outputs = graph.outputs().values().toArray(Node[]::new);
    return LossHistory.keep(graph, OUT + "losses", STEPS, outputs);
  }

  /** What a checkpoint has. */
  static List<Variable> ofCheckpoint(List<Variable> variables) {
    return variables.stream().filter(v -> !v.name().startsWith(OUT)).toList();
  }
}
