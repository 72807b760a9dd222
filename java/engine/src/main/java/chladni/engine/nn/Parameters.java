package chladni.engine.nn;

import chladni.engine.graph.Graph;
import chladni.engine.graph.GraphException;
import chladni.engine.graph.Initializer;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The variables of one network in one graph, under a prefix. Building the network a second time
 * with the same parameters shares them and reads their newest version at that point.
 */
public final class Parameters {
  private final Graph graph;
  private final String prefix;
  private final Map<String, Variable> variables = new LinkedHashMap<>();

  /** The variables of the only network around: its names have no prefix. */
  public Parameters(Graph graph) {
    this(graph, "");
  }

  /**
   * @param prefix what stands before each name in the store, such as {@code generator/}; may be empty
   */
  public Parameters(Graph graph, String prefix) {
    this.graph = graph;
    this.prefix = prefix;
  }

  public Graph graph() {
    return graph;
  }

  public String prefix() {
    return prefix;
  }

  /** A weight; its newest version. */
  public Node weight(String name, Shape shape, Initializer initializer) {
    return graph.read(declare(Variable.trainable(prefix + name, shape, initializer)));
  }

  /** State that no optimizer moves; its newest version. */
  public Node state(String name, Shape shape, Initializer initializer) {
    return graph.read(declare(Variable.state(prefix + name, shape, initializer)));
  }

  /** Makes a value the newest version of a variable of this network. */
  public Node assign(String name, Node value) {
    Variable variable = variables.get(prefix + name);
    if (variable == null) {
      throw new GraphException(
          "parameters '%s': no variable '%s' to assign. Read it first.".formatted(prefix, name));
    }
    return graph.assign(variable, value);
  }

  /** All variables in order of first use: what a file of this network holds. */
  public List<Variable> all() {
    return List.copyOf(variables.values());
  }

  /** Those that an optimizer moves. */
  public List<Variable> trainable() {
    List<Variable> result = new ArrayList<>(variables.values());
    result.removeIf(v -> !v.trainable());
    return result;
  }

  /** The number of trainable elements. */
  public long count() {
    return trainable().stream().mapToLong(v -> v.shape().elements()).sum();
  }

  private Variable declare(Variable variable) {
    Variable known = variables.putIfAbsent(variable.name(), variable);
    if (known != null && !known.type().equals(variable.type())) {
      throw new GraphException(
          "parameters: '%s' is %s and cannot also be %s."
              .formatted(variable.name(), known.type(), variable.type()));
    }
    return known != null ? known : variable;
  }
}
