package chladni.engine.plan;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts, while units are put in order, what each would take and free of the arena. */
final class Usage {
  private final List<Unit> units;
  private final Map<Integer, Integer> readsLeft = new HashMap<>();
  private final Set<Integer> live = new HashSet<>();

  Usage(List<Unit> units) {
    this.units = units;
    for (Unit unit : units) {
      unit.reads().forEach(b -> readsLeft.merge(b.id(), 1, Integer::sum));
    }
  }

  /** Of these units the one that frees most, if it frees more than it takes; else -1. */
  int relief(Collection<Integer> ready) {
    long best = 0;
    int chosen = -1;
    for (int i : ready) {
      long freed = freed(units.get(i));
      if (freed > best || (freed == best && chosen >= 0 && i < chosen)) {
        best = freed;
        chosen = i;
      }
    }
    return chosen;
  }

  private long freed(Unit unit) {
    long sum = 0;
    for (Buffer b : unit.reads()) {
      if (b.place() instanceof Place.Arena && readsLeft.get(b.id()) == 1) {
        sum += b.type().shape().elements() * b.format().bytes();
      }
    }
    for (Buffer b : unit.writes()) {
      if (b.place() instanceof Place.Arena && !live.contains(b.id())) {
        sum -= b.type().shape().elements() * b.format().bytes();
      }
    }
    return sum;
  }

  void run(int next) {
    Unit unit = units.get(next);
    unit.writes().forEach(b -> live.add(b.id()));
    unit.reads().forEach(b -> readsLeft.merge(b.id(), -1, Integer::sum));
  }
}
