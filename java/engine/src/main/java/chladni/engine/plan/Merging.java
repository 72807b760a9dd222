package chladni.engine.plan;

import chladni.engine.graph.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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

  private final Assembly assembly;
  private final List<Unit> units;
  private final Set<Set<Unit>> tried = new HashSet<>();

  private Merging(Assembly assembly) {
    this.assembly = assembly;
    this.units = new ArrayList<>(assembly.units());
  }

  static List<Unit> merge(Assembly assembly) {
    Merging merging = new Merging(assembly);
    while (merging.pass()) {}
    merging.dropStores();
    return merging.units;
  }

  /** Tries every pair once; whether anything became one. */
  private boolean pass() {
    Map<Seed.Axes, List<Unit>> bySpace = new LinkedHashMap<>();
    units.stream()
        .filter(Unit::isKernel)
        .sorted(Comparator.comparingInt(Unit::key))
        .forEach(
            u ->
                bySpace
                    .computeIfAbsent(u.seeds().get(0).axes(), _ -> new ArrayList<>())
                    .add(u));
    boolean merged = false;
    for (List<Unit> group : bySpace.values()) {
      if (group.size() > 1) {
        merged |= pass(group);
      }
    }
    return merged;
  }

  private boolean pass(List<Unit> group) {
    boolean merged = false;
    Order order = new Order(units);
    Map<Unit, Integer> position = positions();
    for (int i = 0; i < group.size(); i++) {
      for (int j = i + 1; j < group.size(); j++) {
        Unit a = group.get(i);
        Unit b = group.get(j);
        if (!related(a, b) || !order.canMerge(position.get(a), position.get(b))) {
          continue;
        }
        Unit both = tried.add(Set.of(a, b)) ? tryMerge(a, b) : null;
        if (both != null) {
          units.remove(b);
          units.set(units.indexOf(a), both);
          group.set(i, both);
          group.remove(j);
          j = i;
          merged = true;
          order = new Order(units);
          position = positions();
        }
      }
    }
    return merged;
  }

  private Map<Unit, Integer> positions() {
    Map<Unit, Integer> position = new HashMap<>();
    for (int i = 0; i < units.size(); i++) {
      position.put(units.get(i), i);
    }
    return position;
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
