package chladni.tests.ops;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Product;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A case with its gradient, and with the gradient of that, along random directions. */
final class Derivatives {
  private Derivatives() {}

  /** The gradient by the result of a case: an input of this name. */
  static final String COTANGENT = "u";

  static List<Node> forward(OpCase c, Graph graph) {
    return List.of(c.build().apply(graph, c.inputs(graph)));
  }

  /** The product of the cotangent with the Jacobian, by each FLOAT operand. */
  static List<Node> gradients(OpCase c, Graph graph) {
    List<Node> inputs = c.inputs(graph);
    return gradients(c, graph, inputs);
  }

  private static List<Node> gradients(OpCase c, Graph graph, List<Node> inputs) {
    Node out = c.build().apply(graph, inputs);
    Node cotangent = graph.input(COTANGENT, out.type());
    return Autodiff.gradients(out, cotangent, floats(c, inputs));
  }

  /** The gradient along a direction t, one number, then its gradients by operands and cotangent. */
  static List<Node> second(OpCase c, Graph graph) {
    List<Node> inputs = c.inputs(graph);
    List<Node> gradients = gradients(c, graph, inputs);
    List<Node> variables = floats(c, inputs);
    Node along = graph.constant(0);
    for (int i = 0; i < gradients.size(); i++) {
      Node t = graph.input(direction(variables.get(i)), variables.get(i).type());
      along = Ops.add(along, Ops.sum(Ops.mul(gradients.get(i), t)));
    }
    List<Node> results = new ArrayList<>(List.of(along));
    List<Node> all = new ArrayList<>(variables);
    all.add(graph.inputs().get(COTANGENT));
    results.addAll(Autodiff.gradients(along, all));
    return results;
  }

  /** What is compared at least of a case: its gradients, or itself where there are none. */
  static List<Node> first(OpCase c, Graph graph) {
    return c.derivative() == OpCase.Derivative.NONE ? forward(c, graph) : gradients(c, graph);
  }

  /** Whether a product is in a case or its gradients. */
  static boolean multiplies(OpCase c) {
    Graph graph = new Graph();
    first(c, graph);
    return graph.nodes().stream().anyMatch(n -> n.op() instanceof Product);
  }

  private static String direction(Node input) {
    return "t" + input.id();
  }

  private static List<Node> floats(OpCase c, List<Node> inputs) {
    return IntStream.range(0, inputs.size())
        .filter(i -> c.operands().get(i).differentiable())
        .mapToObj(inputs::get)
        .toList();
  }

  /** Values for every input that such a graph has: those of the case, and directions in [-1, 1]. */
  static Map<String, double[]> point(OpCase c, Graph graph) {
    Map<String, double[]> point = new LinkedHashMap<>();
    List<double[]> operands = c.values();
    SplittableRandom random = c.random("directions");
    graph
        .inputs()
        .forEach(
            (name, node) -> {
              int operand = operand(c, name);
              int n = Math.toIntExact(node.shape().elements());
              point.put(name, operand < 0 ? direction(n, random) : operands.get(operand));
            });
    return point;
  }

  private static int operand(OpCase c, String name) {
    return IntStream.range(0, c.operands().size())
        .filter(i -> OpCase.inputName(i).equals(name))
        .findFirst()
        .orElse(-1);
  }

  /** Random 32-bit numbers in [-1, 1]. */
  static double[] direction(int n, SplittableRandom random) {
    double[] t = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = (float) random.nextDouble(-1, 1);
    }
    return t;
  }

  static double[] step(double[] x, double[] t, double step) {
    double[] moved = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      moved[i] = x[i] + step * t[i];
    }
    return moved;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** The sum of the sizes of a dot product's terms: what its rounding errors are relative to. */
  static double size(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] * b[i]);
    }
    return sum;
  }
}
