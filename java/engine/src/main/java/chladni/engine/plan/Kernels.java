package chladni.engine.plan;

import java.util.List;

/** What fused kernels have in common. */
final class Kernels {
  private Kernels() {}

  static List<Buffer> reads(List<Load> loads) {
    return loads.stream()
        .filter(View.class::isInstance)
        .map(load -> ((View) load).buffer().root())
        .distinct()
        .toList();
  }

  static List<Buffer> writes(List<Write> writes) {
    return writes.stream().map(write -> write.to().buffer().root()).distinct().toList();
  }
}
