package chladni.engine.plan;

import java.util.List;

/**
 * A step in the making.
 *
 * @param seeds what a fused kernel computes; empty for the other steps
 * @param key its rank in the order of creation: the order of steps where nothing else decides
 */
record Unit(int key, List<Seed> seeds, Step step) {
  static Unit of(int key, Step step) {
    return new Unit(key, List.of(), step);
  }

  /** One kernel for these seeds. */
  static Unit kernel(Storage storage, List<Seed> seeds) throws Blocked {
    int key = seeds.stream().mapToInt(Seed::key).min().orElseThrow();
    return new Unit(key, List.copyOf(seeds), Emitter.emit(storage, seeds));
  }

  boolean isKernel() {
    return !seeds.isEmpty();
  }
}
