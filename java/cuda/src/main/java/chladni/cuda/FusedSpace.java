package chladni.cuda;

import chladni.engine.plan.Space;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.ArrayList;
import java.util.List;

/**
 * The space of a fused kernel in the order of kernels/cuda/fused.h: axes from the innermost
 * outwards, those that are kept before those that are reduced.
 *
 * @param extents of the plan's axes, with the physical size where the plan leaves it open
 * @param axes the plan's axes in this order
 * @param kept how many of them come first
 */
record FusedSpace(long[] extents, List<Integer> axes, int kept) {
  /** Of an elementwise kernel. */
  static FusedSpace of(int[] space, List<Write> writes) {
    return of(space, new boolean[space.length], writes);
  }

  static FusedSpace of(int[] space, boolean[] reduced, List<Write> writes) {
    long family = Binding.elements(writes.getFirst().to().buffer());
    long[] extents = new long[space.length];
    List<Integer> kept = new ArrayList<>();
    List<Integer> gone = new ArrayList<>();
    for (int a = space.length - 1; a >= 0; a--) {
      extents[a] = space[a] == Space.FAMILY ? family : space[a];
      (reduced[a] ? gone : kept).add(a);
    }
    List<Integer> axes = new ArrayList<>(kept);
    axes.addAll(gone);
    return new FusedSpace(extents, List.copyOf(axes), kept.size());
  }

  int rank() {
    return axes.size();
  }

  long extent(int axis) {
    return extents[axes.get(axis)];
  }

  long stride(View view, int axis) {
    return extent(axis) == 1 ? 0 : view.strides()[axes.get(axis)];
  }

  private long product(int from, int to) {
    long n = 1;
    for (int a = from; a < to; a++) {
      n = Math.multiplyExact(n, extent(a));
    }
    return n;
  }

  long points() {
    return product(0, rank());
  }

  long keptPoints() {
    return product(0, kept);
  }

  /** Points that are reduced to one. */
  long terms() {
    return product(kept, rank());
  }

  /** Whether the innermost axis of the plan is one that goes. */
  boolean innermostGoes() {
    return rank() > kept && axes.get(kept) == rank() - 1;
  }

  /** How far from its first element a view reaches. */
  long span(View view) {
    long span = 0;
    for (int a = 0; a < rank(); a++) {
      span += Math.abs(stride(view, a)) * (extent(a) - 1);
    }
    return span;
  }
}
