package chladni.engine.graph;

import chladni.engine.api.Experimental;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * An append-only list of nodes: one program to be. Outputs and assignments are what it is for;
 * everything that neither needs is dropped by the planner. Once compiled it is frozen.
 */
public final class Graph {
  private final List<Node> nodes = new ArrayList<>();
  private final SequencedMap<String, Node> inputs = new LinkedHashMap<>();
  private final SequencedMap<String, Node> outputs = new LinkedHashMap<>();
  private final SequencedMap<String, Node> current = new LinkedHashMap<>();
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private String scope = "";
  private boolean frozen;

  /** A graph without nodes. */
  public Graph() {}

  /** A value that the caller writes before each run. */
  public Node input(String name, Shape shape) {
    return input(name, TensorType.floats(shape));
  }

  /** A value that the caller writes before each run, of a stated kind. */
  public Node input(String name, TensorType type) {
    if (inputs.containsKey(name)) {
      throw new GraphException("input '%s': the name is taken. Choose another.".formatted(name));
    }
    Node node = append(new Input(name, type), List.of());
    inputs.put(name, node);
    return node;
  }

  /** Marks a node as something the caller reads after each run; returns the node. */
  public Node output(String name, Node node) {
    checkOwn(node);
    checkOpen();
    if (outputs.putIfAbsent(name, node) != null) {
      throw new GraphException("output '%s': the name is taken. Choose another.".formatted(name));
    }
    return node;
  }

  /** A scalar that never changes. */
  public Node constant(double value) {
    return constant(value, Shape.SCALAR);
  }

  /** A tensor with one value everywhere. */
  public Node constant(double value, Shape shape) {
    return append(new Constant(value, shape), List.of());
  }

  /**
   * The newest version of a variable at this point of the graph: the value before the run until an
   * {@link #assign}, the assigned value after it.
   */
  public Node read(Variable variable) {
    Variable known = variables.putIfAbsent(variable.name(), variable);
    if (known != null && !known.type().equals(variable.type())) {
      throw new GraphException(
          "variable '%s': one name has one type in a graph, got %s and %s."
              .formatted(variable.name(), known.type(), variable.type()));
    }
    Node node = current.get(variable.name());
    if (node == null) {
      node = append(new ReadVariable(variable), List.of());
      current.put(variable.name(), node);
    }
    return node;
  }

  /**
   * Makes {@code value} the variable's newest version and returns it as a node. Reads made before
   * keep the version they saw; the planner lets the write happen after the last of them.
   */
  public Node assign(Variable variable, Node value) {
    read(variable);
    Node node = append(new Assign(variable), List.of(value));
    current.put(variable.name(), node);
    return node;
  }

  /**
   * Opens a named scope for the nodes made until it is closed; scopes nest as {@code outer/inner}
   * and are what error messages and listings call a node by.
   */
  public Scope scope(String name) {
    String outer = scope;
    scope = outer.isEmpty() ? name : outer + "/" + name;
    return () -> scope = outer;
  }

  /** Closes a scope; made by {@link #scope}. */
  @FunctionalInterface
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /** Appends an operation; the verbs of {@link Ops} are the usual way here. */
  @Experimental
  public Node append(Op op, List<Node> operands) {
    checkOpen();
    operands.forEach(this::checkOwn);
    TensorType type = op.infer(new Operands(op.name(), scope, operands));
    Node node = new Node(this, nodes.size(), op, operands, type, scope);
    nodes.add(node);
    return node;
  }

  /** All nodes in creation order. */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  public SequencedMap<String, Node> inputs() {
    return Collections.unmodifiableSequencedMap(inputs);
  }

  public SequencedMap<String, Node> outputs() {
    return Collections.unmodifiableSequencedMap(outputs);
  }

  /** The variables that the graph reads or assigns, in order of first use. */
  public List<Variable> variables() {
    return List.copyOf(variables.values());
  }

  /** Ends building: called by compilation, after which every change throws. */
  @Experimental
  public void freeze() {
    frozen = true;
  }

  private void checkOpen() {
    if (frozen) {
      throw new GraphException(
          "graph: it is compiled and can no longer change. Build a second graph; variables are"
              + " shared by name.");
    }
  }

  private void checkOwn(Node node) {
    if (node.graph() != this) {
      throw new GraphException(
          "graph: %s belongs to another graph. Share variables, not nodes.".formatted(node));
    }
  }
}
