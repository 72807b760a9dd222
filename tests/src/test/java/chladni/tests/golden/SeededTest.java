package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The expected values were printed by {@code tests/golden/witness/seeded.py}. */
class SeededTest {

  @Test
  void hashesTheUtf8BytesOfAName() {
    assertThat(Seeded.fnv1a64("")).isEqualTo(0xCBF29CE484222325L);
    assertThat(Seeded.fnv1a64("a")).isEqualTo(0xAF63DC4C8601EC8CL);
    assertThat(Seeded.fnv1a64("ops/conv2d/k4s2p1/x")).isEqualTo(0x15776F209912873BL);
    assertThat(Seeded.fnv1a64("Geh\u00F6r/\u2713")).isEqualTo(0xA690ADF8E9C5EA00L);
  }

  @Test
  void repeatsThePythonValuesBitForBit() {
    assertThat(Seeded.values("ops/conv2d/k4s2p1/x", 5, -1, 1))
        .containsExactly(
            0x1.824d88p-2f, -0x1.1a4de8p-2f, 0x1.eaa570p-2f, 0x1.d05dc0p-2f, 0x1.b8132cp-1f);
    assertThat(Seeded.values("Geh\u00F6r/\u2713", 3, -1, 1))
        .containsExactly(0x1.e26c5cp-1f, -0x1.433e54p-1f, 0x1.f56680p-2f);
  }

  @Test
  void roundsOnceFromDoubleWhereTheRangeIsNotExact() {
    double reach = 0.034641016151377546;
    assertThat(Seeded.values("wide", 3, -reach, reach))
        .containsExactly(0x1.15ea6ep-6f, 0x1.07349cp-5f, -0x1.105f8ap-5f);
  }

  @Test
  void agreesFarIntoTheStream() {
    float[] values = Seeded.values("long", 5_000_000, 0, 1);
    assertThat(values[2_097_151]).isEqualTo(0x1.b79e70p-1f);
    assertThat(values[2_097_152]).isEqualTo(0x1.e29cacp-1f);
    assertThat(values[4_999_999]).isEqualTo(0x1.330ee8p-1f);
  }
}
