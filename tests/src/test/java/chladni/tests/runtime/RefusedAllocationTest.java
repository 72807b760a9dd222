package chladni.tests.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Memory that is not there costs one step, never the engine. */
final class RefusedAllocationTest {
  private static String child(int cachedPrimitives, boolean transposed) throws Exception {
    return AllocationProbe.childJvm()
        .with("ONEDNN_PRIMITIVE_CACHE_CAPACITY", Integer.toString(cachedPrimitives))
        .run(Refusals.class, Boolean.toString(transposed));
  }

  /** oneDNN knows the primitives already: what is refused is the engine's own, in Java and C++. */
  @Test
  void eachAllocationOfTheEngineMayFailAndNothingIsLeft() throws Exception {
    String output = child(1024, true);
    assertThat(output).endsWith("refused; left: 0 of Java, 0 native");
    assertThat(Integer.parseInt(output.split(" ")[0])).isGreaterThan(50);
  }

  /**
   * And those of oneDNN, which makes each primitive anew here. It loses some blocks of its own when it
   * is refused in the middle of that, which is not ours to mend.
   */
  @Test
  void eachAllocationOfOneDnnMayFail() throws Exception {
    String output = child(0, false);
    assertThat(output).contains("refused; left: 0 of Java");
    assertThat(Integer.parseInt(output.split(" ")[0])).isGreaterThan(200);
  }
}
