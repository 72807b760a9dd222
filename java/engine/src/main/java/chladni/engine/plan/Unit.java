package chladni.engine.plan;

import java.util.List;

/** A step in the making. */
final class Unit {
  private final int key;
  private final List<Seed> seeds;
  private final Step step;
  private final List<Buffer> reads;
  private final List<Buffer> writes;

  private Unit(int key, List<Seed> seeds, Step step) {
    this.key = key;
    this.seeds = seeds;
    this.step = step;
    this.reads = step.reads();
    this.writes = step.writes();
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

  /** {@link Step#reads}, kept since the passes ask often. */
  List<Buffer> reads() {
    return reads;
  }

  /** {@link Step#writes}. */
  List<Buffer> writes() {
    return writes;
  }

  boolean isKernel() {
    return !seeds.isEmpty();
  }
}
