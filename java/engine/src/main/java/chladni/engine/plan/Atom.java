package chladni.engine.plan;

import java.util.List;
import java.util.stream.Stream;

/**
 * One axis of an iteration space while index maps are traced. An index map that needs a finer axis
 * splits it; forms that were made before follow.
 */
final class Atom {
  private final int extent;
  private final boolean reduced;
  private Atom outer;
  private Atom inner;

  Atom(int extent, boolean reduced) {
    this.extent = extent;
    this.reduced = reduced;
  }

  int extent() {
    return extent;
  }

  boolean reduced() {
    return reduced;
  }

  boolean isSplit() {
    return outer != null;
  }

  Atom outer() {
    return outer;
  }

  Atom inner() {
    return inner;
  }

  /** Becomes {@code outer * factor + inner}. */
  void split(int factor) {
    outer = new Atom(extent / factor, reduced);
    inner = new Atom(factor, reduced);
  }

  /** The axes that it has become, outermost first. */
  Stream<Atom> leaves() {
    return isSplit() ? Stream.concat(outer.leaves(), inner.leaves()) : Stream.of(this);
  }

  static List<Atom> leaves(List<Atom> atoms) {
    return atoms.stream().flatMap(Atom::leaves).toList();
  }
}
