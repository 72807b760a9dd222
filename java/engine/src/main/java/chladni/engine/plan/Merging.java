package chladni.engine.plan;

import chladni.engine.graph.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes one kernel of several that walk the same space: a consumer then takes its producer's result
 * from a register, and what both read is loaded once.
 */
final class Merging {
  /** Kernels up to this size cost their launch, not their work, and merge without a common load. */
  private static final long TINY = 4096;

  /** How far apart in the order of creation those may be, since a merged kernel waits for both. */
  private static final int NEAR = 100;

  private record Pair(Unit a, Unit b) {}

  private final Assembly assembly;
  private final List<Unit> units;
  private final Order order;
  private final Set<Pair> tried = new HashSet<>();

  private Merging(Assembly assembly) {
    this.assembly = assembly;
    this.units = new ArrayList<>(assembly.units());
    this.order = new Order(assembly.units());
  }

  static List<Unit> merge(Assembly assembly) {
    Merging merging = new Merging(assembly);
    while (merging.pass()) {}
    // The order went by position until here.
    merging.units.removeIf(u -> u == null);
    merging.dropStores();
    return merging.units;
  }

  /** Tries every pair once; whether anything became one. */
  private boolean pass() {
    Map<Seed.Axes, List<Integer>> bySpace = new LinkedHashMap<>();
    for (int i = 0; i < units.size(); i++) {
      if (units.get(i) != null && units.get(i).isKernel()) {
        Seed.Axes axes = units.get(i).seeds().get(0).axes();
        bySpace.computeIfAbsent(axes, _ -> new ArrayList<>()).add(i);
      }
    }
    boolean merged = false;
    for (List<Integer> group : bySpace.values()) {
      group.sort(Comparator.comparing(i -> units.get(i).key()));
      merged |= pass(group);
    }
    return merged;
  }

  private boolean pass(List<Integer> group) {
    boolean merged = false;
    for (int i = 0; i < group.size(); i++) {
      for (int j = i + 1; j < group.size(); j++) {
        int first = group.get(i);
        int second = group.get(j);
        Unit a = units.get(first);
        Unit b = units.get(second);
        Unit both =
            related(a, b) && order.canMerge(first, second) && tried.add(new Pair(a, b))
                ? tryMerge(a, b)
                : null;
        if (both != null) {
          units.set(first, both);
          units.set(second, null);
          order.merge(first, second);
          group.remove(j--);
          merged = true;
        }
      }
    }
    return merged;
  }

  private static boolean related(Unit a, Unit b) {
    long points = a.seeds().get(0).points();
    if (points <= TINY && Math.abs(a.key() - b.key()) <= NEAR) {
      return true;
    }
    Set<Buffer> touched = new HashSet<>(a.reads());
    touched.addAll(a.writes());
    Set<Buffer> others = new HashSet<>(b.reads());
    others.addAll(b.writes());
    touched.retainAll(others);
    return touched.stream().anyMatch(buffer -> buffer.type().shape().elements() >= points);
  }

  private Unit tryMerge(Unit a, Unit b) {
    List<Seed> seeds = new ArrayList<>(a.seeds());
    seeds.addAll(b.seeds());
    seeds.sort(
        Comparator.<Seed>comparingInt(s -> s.value().id())
            .thenComparing(s -> !s.own())
            .thenComparingInt(s -> s.target().id()));
    try {
      return Unit.kernel(assembly, seeds);
    } catch (Blocked _) {
      return null;
    }
  }

  /** What only its own kernel reads needs no buffer any more. */
  private void dropStores() {
    Set<Integer> read = new HashSet<>();
    units.forEach(u -> u.reads().forEach(b -> read.add(b.id())));
    for (int i = 0; i < units.size(); i++) {
      Unit unit = units.get(i);
      for (Seed seed : unit.seeds()) {
        boolean needed =
            !(seed.target().place() instanceof Place.Arena) || read.contains(seed.target().id());
        if (!needed && unit.seeds().size() > 1) {
          unit = without(unit, seed);
        }
      }
      units.set(i, unit);
    }
  }

  private Unit without(Unit unit, Seed seed) {
    List<Seed> rest = new ArrayList<>(unit.seeds());
    rest.remove(seed);
    Node node = seed.value();
    Buffer home = assembly.home(node);
    if (!seed.own() || home == null) {
      return unit;
    }
    assembly.inline(node);
    try {
      return Unit.kernel(assembly, rest);
    } catch (Blocked _) {
      assembly.restore(node, home);
      return unit;
    }
  }
}
