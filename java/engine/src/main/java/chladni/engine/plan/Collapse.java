package chladni.engine.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * The space of a kernel with neighbouring axes joined wherever every view steps evenly over both.
 */
record Collapse(int[] extents, boolean[] reduced, List<Load> loads, List<Write> writes) {
  static Collapse family(List<Load> loads, List<Write> writes) {
    return new Collapse(new int[] {Space.FAMILY}, new boolean[1], loads, writes);
  }

  static Collapse of(List<Atom> atoms, List<Load> loads, List<Write> writes) {
    List<View> views = new ArrayList<>();
    loads.stream().filter(View.class::isInstance).forEach(l -> views.add((View) l));
    writes.forEach(w -> views.add(w.to()));
    List<Integer> kept = new ArrayList<>();
    List<Long> extents = new ArrayList<>();
    for (int i = 0; i < atoms.size(); i++) {
      int last = kept.size() - 1;
      if (last >= 0 && joins(atoms, views, kept.get(last), i)) {
        // The joined axis steps as its inner part does.
        kept.set(last, i);
        extents.set(last, extents.get(last) * atoms.get(i).extent());
      } else {
        kept.add(i);
        extents.add((long) atoms.get(i).extent());
      }
    }
    boolean[] reduced = new boolean[kept.size()];
    for (int i = 0; i < reduced.length; i++) {
      reduced[i] = atoms.get(kept.get(i)).reduced();
    }
    return new Collapse(
        extents.stream().mapToInt(Math::toIntExact).toArray(),
        reduced,
        loads.stream().map(l -> l instanceof View v ? joined(v, kept) : l).toList(),
        writes.stream().map(w -> new Write(w.register(), joined(w.to(), kept))).toList());
  }

  private static boolean joins(List<Atom> atoms, List<View> views, int outer, int inner) {
    int extent = atoms.get(inner).extent();
    return atoms.get(outer).reduced() == atoms.get(inner).reduced()
        && views.stream().allMatch(v -> v.strides()[outer] == v.strides()[inner] * extent);
  }

  private static View joined(View view, List<Integer> kept) {
    long[] strides = kept.stream().mapToLong(i -> view.strides()[i]).toArray();
    return new View(view.buffer(), view.offset(), strides);
  }
}
