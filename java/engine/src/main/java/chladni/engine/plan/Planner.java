package chladni.engine.plan;

import chladni.engine.error.PlanException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The door: from a graph to a {@link Plan}. The passes in their order: {@link Simplify}, {@link
 * Epilogues} and {@link Layouts}, {@link Fusion}, {@link Assembly}, {@link Merging}, {@link Order};
 * {@link MemoryPlanner} runs when the backend knows its sizes.
 */
public final class Planner {
  private Planner() {}

  /** Plans a graph whose products take {@link Format#SINGLE}. */
  public static Plan plan(Graph graph) {
    return plan(graph, Format.SINGLE);
  }

  /**
   * Plans a graph, which is not changed.
   *
   * @param products the format of the operands of products, but for weights of convolutions and
   *     variables on the right of a product of matrices: those the backend rounds, since it can
   *     keep the result until they change
   * @throws PlanException when a kernel would need more than {@link Space#MAX_RANK} axes
   */
  public static Plan plan(Graph graph, Format products) {
    Dataflow flow = Simplify.of(graph);
    Layouts layouts = new Layouts(flow);
    Epilogues epilogues = new Epilogues(flow);
    Set<Node> wanted = new HashSet<>();
    Set<String> indirect = new HashSet<>();
    while (true) {
      Set<Node> stored = Fusion.stored(flow, epilogues, wanted);
      Assembly assembly =
          new Assembly(flow, layouts, epilogues, stored, indirect, products);
      boolean again = wanted.addAll(assembly.wanted()) | indirect.addAll(assembly.refused());
      if (!again) {
        String cyclic = new Order(assembly.units()).cyclicVariable();
        if (cyclic == null) {
          return finish(assembly);
        }
        if (!indirect.add(cyclic)) {
          throw new IllegalStateException("still a cycle over " + cyclic);
        }
      }
    }
  }

  private static Plan finish(Assembly assembly) {
    List<Unit> units = new Order(Merging.merge(assembly)).schedule();
    return (
        new Plan(
            units.stream().map(Unit::step).toList(),
            assembly.buffers(),
            Collections.unmodifiableSequencedMap(assembly.inputs()),
            Collections.unmodifiableSequencedMap(assembly.outputs()),
            Collections.unmodifiableSequencedMap(assembly.variables())));
  }
}
