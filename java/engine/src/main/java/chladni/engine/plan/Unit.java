package chladni.engine.plan;

import java.util.List;

/** A step in the making. */
final class Unit {
  private final int key;
  private final List<Seed> seeds;
  private final Step step;

  private Unit(int key, List<Seed> seeds, Step step) {
    this.key = key;
    this.seeds = seeds;
    this.step = step;
  }

  static Unit of(int key, Step step) {
    return new Unit(key, List.of(), step);
  }

  /** One kernel for these seeds. */
  static Unit kernel(Storage storage, List<Seed> seeds) throws Blocked {
    int key = seeds.stream().mapToInt(Seed::key).min().orElseThrow();
    return new Unit(key, List.copyOf(seeds), Emitter.emit(storage, seeds));
  }

  /** Its rank in the order of creation: the order of steps where nothing else decides. */
  int key() {
    return key;
  }

  /** What a fused kernel computes; empty for the other steps. */
  List<Seed> seeds() {
    return seeds;
  }

  Step step() {
    return step;
  }

  boolean isKernel() {
    return !seeds.isEmpty();
  }
}
