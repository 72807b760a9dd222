package chladni.engine.backend.reference;

import chladni.engine.backend.Listing;
import chladni.engine.backend.Listing.Kind;
import chladni.engine.backend.Listing.Place;
import chladni.engine.backend.Listing.Step;
import chladni.engine.backend.Listing.Tensor;
import chladni.engine.backend.Listing.Where;
import chladni.engine.backend.Listing.Work;
import chladni.engine.backend.NonFinite;
import chladni.engine.backend.Precision;
import chladni.engine.graph.Assign;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Input;
import chladni.engine.graph.Node;
import chladni.engine.graph.Product;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Reshape;
import chladni.engine.graph.Variable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The reference program for people. Every node is a step and has an array of its own in the Java
 * heap, eight bytes an element whatever the precision; leaves are no steps. What a listing calls
 * arena are the arrays that are alive at once, at the moment when they are most, without offsets.
 */
final class ReferenceListing {
  private final Graph graph;
  private final Precision precision;
  private final List<Node> steps;
  private final int[] lastUse;

  ReferenceListing(Graph graph, Precision precision, List<Node> live, int[] lastUse) {
    this.graph = graph;
    this.precision = precision;
    this.steps = live.stream().filter(n -> !isLeaf(n)).toList();
    this.lastUse = lastUse;
  }

  Listing listing() {
    return new Listing(
        "plain loops in Java, " + precision,
        steps.stream().map(this::step).toList(),
        new Listing.Memory(
            mostAlive(),
            0,
            graph.variables().stream().mapToLong(v -> Double.BYTES * v.shape().elements()).sum(),
            0,
            bytes(graph.inputs().values()),
            bytes(graph.outputs().values())));
  }

  /** What is wrong with the value of a node that has just been computed; null for nothing. */
  NonFinite nonFinite(Node node, double[][] values) {
    if (isLeaf(node) || isFinite(node, values)) {
      return null;
    }
    double[] result = values[node.id()];
    int first = 0;
    long count = 0;
    for (int i = result.length - 1; i >= 0; i--) {
      if (!Double.isFinite(result[i])) {
        first = i;
        count++;
      }
    }
    List<String> sources =
        node.inputs().stream()
            .filter(n -> isLeaf(n) && !isFinite(n, values))
            .map(n -> place(n).toString())
            .distinct()
            .toList();
    return new NonFinite(
        steps.indexOf(node),
        node.toString(),
        List.of(node.toString()),
        tensor(node),
        count,
        node.shape().index(first),
        result[first],
        sources);
  }

  private static boolean isFinite(Node node, double[][] values) {
    if (node.dtype() == DType.FLOAT) {
      for (double v : values[node.id()]) {
        if (!Double.isFinite(v)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isLeaf(Node node) {
    return node.op() instanceof Input || node.op() instanceof ReadVariable;
  }

  private Step step(Node node) {
    long flops = node.op().flops(node);
    List<Tensor> reads = node.inputs().stream().distinct().map(this::tensor).toList();
    Tensor to = tensor(node);
    Kind kind =
        switch (node.op()) {
          case Product _ -> Kind.PRODUCT;
          default -> flops > 0 ? Kind.OPERATION : Kind.COPY;
        };
    boolean shared = node.op() instanceof Reshape || node.op() instanceof Assign;
    Work work =
        new Work(
            kind == Kind.PRODUCT ? flops : 0,
            kind == Kind.PRODUCT ? 0 : flops,
            shared ? 0 : reads.stream().mapToLong(Tensor::bytes).sum(),
            shared ? 0 : to.bytes());
    List<String> nodes = List.of(node.toString());
    String how = shared ? "the operand's array" : "plain loop";
    return new Step(kind, node.toString(), nodes, how, reads, List.of(to), work);
  }

  private Tensor tensor(Node node) {
    long bytes = Double.BYTES * node.shape().elements();
    return new Tensor(node.toString(), "row-major", place(node), bytes);
  }

  private Place place(Node node) {
    return switch (node.op()) {
      case Input input -> Place.of(Where.INPUT, input.key());
      case ReadVariable(Variable variable) -> Place.of(Where.VARIABLE, variable.name());
      case Assign(Variable variable) -> Place.of(Where.VARIABLE, variable.name());
      default ->
          graph.outputs().entrySet().stream()
              .filter(e -> e.getValue() == node)
              .findFirst()
              .map(e -> Place.of(Where.OUTPUT, e.getKey()))
              .orElse(Place.of(Where.ARRAY, ""));
    };
  }

  private long mostAlive() {
    long alive = 0;
    long most = 0;
    List<Node> held = new ArrayList<>();
    for (Node node : steps) {
      if (place(node).where() == Where.ARRAY && !(node.op() instanceof Reshape)) {
        alive += Double.BYTES * node.shape().elements();
        held.add(node);
      }
      most = Math.max(most, alive);
      for (Node done : held.stream().filter(n -> lastUse[n.id()] <= node.id()).toList()) {
        alive -= Double.BYTES * done.shape().elements();
        held.remove(done);
      }
    }
    return most;
  }

  private static long bytes(Collection<Node> nodes) {
    return nodes.stream().mapToLong(n -> Double.BYTES * n.shape().elements()).sum();
  }
}
