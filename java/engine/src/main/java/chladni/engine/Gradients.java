package chladni.engine;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.GradientException;
import chladni.engine.graph.Node;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The graph that yields the loss and its gradient by each tensor. */
record Gradients(Graph graph, Map<String, Node> inputs, Map<String, Node> variables) {
  static Gradients of(Function<Graph, Node> loss) {
    Graph graph = new Graph();
    Node scalar = loss.apply(graph);
    Map<String, Node> inputs = new LinkedHashMap<>(graph.inputs());
    inputs.values().removeIf(n -> n.dtype() != DType.FLOAT);
    Map<String, Node> variables = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      // The version before the run: that is the one a perturbed store changes.
      if (node.op() instanceof ReadVariable(Variable variable) && variable.trainable()) {
        variables.put(variable.name(), node);
      }
    }
    List<Node> tensors = new ArrayList<>(inputs.values());
    tensors.addAll(variables.values());
    if (tensors.isEmpty()) {
      throw new GradientException(
          "gradCheck: the loss %s reads no FLOAT input and no trainable variable. Read one."
              .formatted(scalar));
    }
    List<Node> gradients = Autodiff.gradients(scalar, tensors);
    for (int i = 0; i < tensors.size(); i++) {
      graph.output(key(tensors.get(i)), gradients.get(i));
    }
    graph.output("loss", scalar);
    return new Gradients(graph, inputs, variables);
  }

  static String key(Node tensor) {
    return "gradient of #" + tensor.id();
  }
}
