package chladni.tests.golden;

import java.nio.charset.StandardCharsets;

/**
 * Tensors whose values their name alone determines: FNV-1a of the name seeds a SplitMix64 stream.
 *
 * <p>The twin of {@code tests/golden/witness/seeded.py}; tests/golden/README.md specifies both.
 * Values are float32 also where a fixture computes in FP64: there they are widened.
 */
final class Seeded {
  private static final long OFFSET = 0xCBF29CE484222325L;
  private static final long PRIME = 0x100000001B3L;
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private Seeded() {}

  /**
   * Returns the first {@code count} values of the stream of {@code name}, uniform in [low, high),
   * in row-major order of whatever shape the caller gives them.
   */
  static float[] values(String name, int count, double low, double high) {
    long base = fnv1a64(name);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (low + (high - low) * uniform(base, i));
    }
    return values;
  }

  /** 64-bit FNV-1a over the UTF-8 bytes of {@code name}. */
  static long fnv1a64(String name) {
    long digest = OFFSET;
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      digest = (digest ^ (octet & 0xFF)) * PRIME;
    }
    return digest;
  }

  /** Element {@code index} of a stream, a multiple of 2^-24 in [0, 1). */
  private static double uniform(long base, long index) {
    long z = base + (index + 1) * GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z = z ^ (z >>> 31);
    return (z >>> 40) * 0x1p-24;
  }
}
