package chladni.engine.plan;

import chladni.engine.graph.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What a graph is for: the values that outputs and the last version of each variable need, in
 * topological order. Assignments are no nodes here; {@code assigned} says what each variable is to
 * hold in the end.
 */
final class Dataflow {
  private final List<Node> nodes;
  private final SequencedMap<String, Node> inputs;
  private final SequencedMap<String, Node> outputs;
  private final SequencedMap<String, Node> assigned;
  private final List<List<Node>> users = new ArrayList<>();
  private final Set<Node> roots = new HashSet<>();

  Dataflow(
      List<Node> all,
      SequencedMap<String, Node> inputs,
      SequencedMap<String, Node> outputs,
      SequencedMap<String, Node> assigned) {
    this.inputs = inputs;
    this.outputs = new LinkedHashMap<>(outputs);
    this.assigned = new LinkedHashMap<>(assigned);
    roots.addAll(outputs.values());
    roots.addAll(assigned.values());
    boolean[] live = new boolean[all.size()];
    roots.forEach(n -> live[n.id()] = true);
    for (int i = all.size() - 1; i >= 0; i--) {
      users.add(new ArrayList<>());
      if (live[i]) {
        all.get(i).inputs().forEach(n -> live[n.id()] = true);
      }
    }
    nodes = all.stream().filter(n -> live[n.id()]).toList();
    for (Node node : nodes) {
      node.inputs().stream().distinct().forEach(n -> users.get(n.id()).add(node));
    }
  }

  List<Node> nodes() {
    return nodes;
  }

  SequencedMap<String, Node> inputs() {
    return inputs;
  }

  SequencedMap<String, Node> outputs() {
    return Collections.unmodifiableSequencedMap(outputs);
  }

  /** The value that each assigned variable has after the run, by its name. */
  SequencedMap<String, Node> assigned() {
    return Collections.unmodifiableSequencedMap(assigned);
  }

  /** The nodes that read this one, each once. */
  List<Node> users(Node node) {
    return users.get(node.id());
  }

  /** Whether the node is an output or a variable's last version. */
  boolean isRoot(Node node) {
    return roots.contains(node);
  }
}
