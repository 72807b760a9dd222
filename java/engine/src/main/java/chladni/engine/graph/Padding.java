package chladni.engine.graph;

import java.util.ArrayList;
import java.util.List;

/** What stands in the margin that {@link Ops#pad} and {@link Ops#pad2d} add. */
public enum Padding {
  /** Zeros. */
  ZERO,
  /** The tensor mirrored in its outermost element, which is not repeated. */
  REFLECT,
  /** The outermost element again and again. */
  REPLICATE;

  Node pad(Node x, int axis, int before, int after) {
    int extent = x.shape().dim(axis);
    int most = this == REFLECT ? extent - 1 : Integer.MAX_VALUE;
    if (Math.min(before, after) < 0 || Math.max(before, after) > most) {
      throw new ShapeException(
          "pad: a margin must be at least 0%s, got %d and %d on axis %d of %s."
              .formatted(
                  this == REFLECT ? " and below the extent that it mirrors" : "",
                  before,
                  after,
                  axis,
                  x));
    }
    if (this == ZERO) {
      return Ops.pad(x, axis, before, after);
    }
    List<Node> parts = new ArrayList<>();
    if (before > 0) {
      parts.add(this == REFLECT ? mirrored(x, axis, 1, before) : repeated(x, axis, 0, before));
    }
    parts.add(x);
    if (after > 0) {
      parts.add(
          this == REFLECT
              ? mirrored(x, axis, extent - 1 - after, after)
              : repeated(x, axis, extent - 1, after));
    }
    return Ops.concat(axis, parts.toArray(Node[]::new));
  }

  private static Node mirrored(Node x, int axis, int from, int length) {
    return Ops.flip(Ops.slice(x, axis, from, from + length), axis);
  }

  private static Node repeated(Node x, int axis, int at, int times) {
    Node edge = Ops.slice(x, axis, at, at + 1);
    return Ops.broadcast(edge, x.shape().with(axis, times));
  }
}
