package chladni.engine.plan;

import chladni.engine.graph.Assign;
import chladni.engine.graph.BatchNorm;
import chladni.engine.graph.Concat;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Input;
import chladni.engine.graph.Node;
import chladni.engine.graph.ReadVariable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Rebuilds a graph without what is dead, constant or computed twice, and in fewer kinds of
 * operation: an assignment becomes the value it assigns, batch normalisation its arithmetic,
 * padding a concat with zeros, and a reshape goes through one flat axis.
 */
final class Simplify {
  private final Graph from;
  private final Rewrite to = new Rewrite(new Graph());
  private final Node[] image;

  private Simplify(Graph from) {
    this.from = from;
    this.image = new Node[from.nodes().size()];
  }

  static Dataflow of(Graph graph) {
    return new Simplify(graph).run();
  }

  private Dataflow run() {
    SequencedMap<String, Node> last = new LinkedHashMap<>();
    for (Node node : from.nodes()) {
      if (node.op() instanceof Assign(var variable)) {
        last.put(variable.name(), node);
      }
    }
    Dataflow needed = new Dataflow(from.nodes(), from.inputs(), from.outputs(), last);
    from.inputs().forEach((key, n) -> image[n.id()] = to.graph().input(key, n.type()));
    for (Node node : needed.nodes()) {
      try (Graph.Scope _ = to.graph().scope(node.scope())) {
        image[node.id()] = image(node, needed);
      }
    }
    SequencedMap<String, Node> outputs = new LinkedHashMap<>();
    from.outputs().forEach((name, n) -> outputs.put(name, image[n.id()]));
    SequencedMap<String, Node> assigned = new LinkedHashMap<>();
    last.forEach(
        (name, n) -> {
          Node value = image[n.id()];
          boolean unchanged =
              value.op() instanceof ReadVariable(var variable) && variable.name().equals(name);
          if (!unchanged) {
            assigned.put(name, value);
          }
        });
    return new Dataflow(to.graph().nodes(), to.graph().inputs(), outputs, assigned);
  }

  private Node image(Node node, Dataflow needed) {
    List<Node> in = new ArrayList<>();
    node.inputs().forEach(n -> in.add(image[n.id()]));
    return switch (node.op()) {
      case Input _ -> image[node.id()];
      case ReadVariable(var variable) -> to.graph().read(variable);
      case Assign _ -> in.get(0);
      case BatchNorm(double eps) ->
          to.batchNorm(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), eps);
      // An activation of a concat is computed while the parts are brought together.
      case ElementwiseOp op
          when in.size() == 1
              && in.get(0).op() instanceof Concat concat
              && needed.users(node.input(0)).size() == 1
              && !needed.isRoot(node.input(0)) ->
          to.make(concat, in.get(0).inputs().stream().map(part -> to.make(op, part)).toList());
      default -> to.make(node.op(), in);
    };
  }
}
