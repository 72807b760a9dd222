package chladni.tests.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step takes no native memory either. */
final class NativeAllocationTest {
  private static final int STEPS = 100;
  private static final String LIBRARIES = "libchladni_cpu,libdnnl,libstdc++,libgomp";

  /** Prints the sum of the losses and the calls of each library in some steps. */
  static final class Child {
    public static void main(String[] args) {
      int threads = Integer.parseInt(args[0]);
      try (Engine engine = Engine.open("cpu", new BackendOptions(threads));
          SmallGan gan = new SmallGan(engine)) {
        for (int i = 0; i < STEPS; i++) {
          gan.step();
        }
        AllocationProbe probe = new AllocationProbe(LIBRARIES);
        probe.start();
        double loss = 0;
        for (int i = 0; i < STEPS; i++) {
          loss += gan.step();
        }
        long all = probe.stop();
        System.out.printf(
            "%s|%d own, %d oneDNN, %d libstdc++, %d libgomp, %d in all",
            loss, probe.count(0), probe.count(1), probe.count(2), probe.count(3), all);
      }
    }
  }

  private static String[] child(ChildJvm jvm, int threads) throws Exception {
    String[] output = jvm.run(Child.class, Integer.toString(threads)).split("\\|");
    assertThat(Double.parseDouble(output[0])).isFinite();
    return output;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aHundredStepsOfAGanAllocateNothing(int threads) throws Exception {
    assertThat(child(AllocationProbe.childJvm(), threads)[1])
        .isEqualTo("0 own, 0 oneDNN, 0 libstdc++, 0 libgomp, 0 in all");
  }

  /** Then oneDNN has the C++ library's operator new instead of ours: slower, and nothing else. */
  @Test
  void aProcessThatBroughtItsOwnLibstdcxxTrainsToTheSameBits() throws Exception {
    String[] ours = child(AllocationProbe.childJvm(), 1);
    String[] foreign = child(AllocationProbe.childJvm().preload("libstdc++.so.6"), 1);
    assertThat(foreign[0]).isEqualTo(ours[0]);
    assertThat(foreign[1]).contains("0 own").doesNotContain(" 0 in all");
  }
}
