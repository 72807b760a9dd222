package chladni.engine.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/**
 * Which unit must come after which: readers after every writer of what they read, and the writer of
 * a variable's new version after every other reader of the old one.
 */
final class Order {
  /** Elements that do not count among the tensors of a network. */
  private static final int SMALL = 1024;

  private final List<Unit> units;
  private final List<BitSet> after = new ArrayList<>();
  private final int[] depth;
  private final boolean[] placed;

  Order(List<Unit> units) {
    this.units = units;
    this.depth = new int[units.size()];
    this.placed = new boolean[units.size()];
    Map<Integer, List<Integer>> writers = new HashMap<>();
    Map<Integer, List<Integer>> readers = new HashMap<>();
    Map<Place, Integer> newVersions = new HashMap<>();
    Map<Place, Integer> oldVersions = new HashMap<>();
    for (int i = 0; i < units.size(); i++) {
      after.add(new BitSet());
      for (Buffer b : units.get(i).writes()) {
        writers.computeIfAbsent(b.id(), _ -> new ArrayList<>()).add(i);
        if (b.place() instanceof Place.OfVariable) {
          newVersions.put(b.place(), b.id());
        }
      }
    }
    for (int i = 0; i < units.size(); i++) {
      for (Buffer b : units.get(i).reads()) {
        readers.computeIfAbsent(b.id(), _ -> new ArrayList<>()).add(i);
        for (int w : writers.getOrDefault(b.id(), List.of())) {
          link(w, i);
        }
        if (b.place() instanceof Place.OfVariable && !writers.containsKey(b.id())) {
          oldVersions.put(b.place(), b.id());
        }
      }
    }
    oldVersions.forEach(
        (place, old) -> {
          Integer replaced = newVersions.get(place);
          if (replaced != null) {
            readers.get(old).forEach(r -> writers.get(replaced).forEach(w -> link(r, w)));
          }
        });
    sort();
  }

  private void link(int first, int then) {
    if (first != then) {
      after.get(first).set(then);
    }
  }

  private static boolean isSmall(Unit unit) {
    return Stream.concat(unit.reads().stream(), unit.writes().stream())
        .allMatch(b -> b.type().shape().elements() <= SMALL);
  }

  private int[] degrees() {
    int[] degree = new int[units.size()];
    for (BitSet next : after) {
      for (int i = next.nextSetBit(0); i >= 0; i = next.nextSetBit(i + 1)) {
        degree[i]++;
      }
    }
    return degree;
  }

  /** Lets {@code a} stand for {@code b} too. */
  void merge(int a, int b) {
    after.get(a).or(after.get(b));
    after.get(b).clear();
    for (BitSet next : after) {
      if (next.get(b)) {
        next.clear(b);
        next.set(a);
      }
    }
    after.get(a).clear(a);
    sort();
  }

  /** The longest way to each unit, as far as there is no cycle. */
  private void sort() {
    int[] degree = degrees();
    Arrays.fill(depth, 0);
    List<Integer> ready = new ArrayList<>();
    for (int i = 0; i < degree.length; i++) {
      if (degree[i] == 0) {
        ready.add(i);
      }
    }
    for (int k = 0; k < ready.size(); k++) {
      int i = ready.get(k);
      placed[i] = true;
      BitSet then = after.get(i);
      for (int next = then.nextSetBit(0); next >= 0; next = then.nextSetBit(next + 1)) {
        depth[next] = Math.max(depth[next], depth[i] + 1);
        if (--degree[next] == 0) {
          ready.add(next);
        }
      }
    }
  }

  /** A variable whose update in place closes a cycle, or null. */
  String cyclicVariable() {
    for (int i = 0; i < placed.length; i++) {
      for (Buffer b : units.get(i).writes()) {
        if (b.place() instanceof Place.OfVariable(String name) && !placed[i] && isCyclic(i)) {
          return name;
        }
      }
    }
    return null;
  }

  private boolean isCyclic(int unit) {
    BitSet seen = new BitSet();
    BitSet front = (BitSet) after.get(unit).clone();
    while (!front.isEmpty() && !seen.get(unit)) {
      int i = front.nextSetBit(0);
      front.clear(i);
      seen.set(i);
      front.or(after.get(i));
      front.andNot(seen);
    }
    return seen.get(unit);
  }

  /** Whether two units may become one: no way leads from one to the other over a third. */
  boolean canMerge(int a, int b) {
    return !leads(a, b) && !leads(b, a);
  }

  private boolean leads(int from, int to) {
    if (depth[from] >= depth[to]) {
      return false;
    }
    BitSet seen = new BitSet();
    BitSet front = (BitSet) after.get(from).clone();
    front.clear(to);
    while (!front.isEmpty()) {
      int i = front.nextSetBit(0);
      front.clear(i);
      if (depth[i] >= depth[to]) {
        continue;
      }
      seen.set(i);
      BitSet next = after.get(i);
      if (next.get(to)) {
        return true;
      }
      for (int n = next.nextSetBit(0); n >= 0; n = next.nextSetBit(n + 1)) {
        if (!seen.get(n)) {
          front.set(n);
        }
      }
    }
    return false;
  }

  /**
   * The units in an order that is possible: that of creation, except that small ones and those that
   * free more memory than they take come as soon as they can. So an optimizer's update follows its
   * gradient.
   */
  List<Unit> schedule() {
    int[] degree = degrees();
    Usage usage = new Usage(units);
    PriorityQueue<Integer> ready =
        new PriorityQueue<>(
            Comparator.comparing((Integer i) -> !isSmall(units.get(i)))
                .thenComparing(i -> units.get(i).key()));
    for (int i = 0; i < degree.length; i++) {
      if (degree[i] == 0) {
        ready.add(i);
      }
    }
    List<Unit> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = usage.relief(ready);
      if (next < 0) {
        next = ready.poll();
      } else {
        ready.remove(next);
      }
      order.add(units.get(next));
      usage.run(next);
      after.get(next).stream().filter(i -> --degree[i] == 0).forEach(ready::add);
    }
    if (order.size() != units.size()) {
      throw new IllegalStateException("a cycle among " + Arrays.toString(degree));
    }
    return order;
  }
}
