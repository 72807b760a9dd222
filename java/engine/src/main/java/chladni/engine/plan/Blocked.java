package chladni.engine.plan;

import chladni.engine.graph.Node;
import java.util.Set;

/**
 * Says that some seeds do not fit into one kernel, and what would help. Never leaves the planner.
 */
final class Blocked extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Set<Node> store;
  private final String variable;

  private Blocked(Set<Node> store, String variable) {
    super(null, null, false, false);
    this.store = store;
    this.variable = variable;
  }

  /** These inlined nodes should be materialised. */
  static Blocked unless(Set<Node> stored) {
    return new Blocked(stored, "");
  }

  /** The new version of this variable must not be written over the old one here. */
  static Blocked by(String variable) {
    return new Blocked(Set.of(), variable);
  }

  Set<Node> store() {
    return store;
  }

  String variable() {
    return variable;
  }
}
