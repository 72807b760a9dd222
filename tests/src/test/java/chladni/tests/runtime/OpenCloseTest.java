package chladni.tests.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What an engine took is free again when it is closed. */
final class OpenCloseTest {
  private static final int WARM_UP = 120;
  private static final int CYCLES = 300;
  private static final String LIBRARIES = "libchladni_cpu,libdnnl,libstdc++,libgomp";

  /** Prints the blocks that are alive more than after the warm-up. */
  static final class Blocks {
    public static void main(String[] args) throws Exception {
      Cycles cycles = new Cycles(1);
      cycles.run(1);
      AllocationProbe probe = new AllocationProbe(LIBRARIES);
      probe.track();
      cycles.run(WARM_UP);
      long before = settled(probe);
      cycles.run(CYCLES);
      long after = settled(probe);
      System.out.print(after - before);
    }

    /** Threads of an engine end after it is closed, and what they kept goes with them. */
    private static long settled(AllocationProbe probe) throws InterruptedException {
      long alive = Long.MAX_VALUE;
      for (int quiet = 0; quiet < 20; quiet++) {
        Thread.sleep(20);
        long now = probe.alive(0) + probe.alive(1) + probe.alive(2) + probe.alive(3);
        quiet = now < alive ? 0 : quiet;
        alive = Math.min(alive, now);
      }
      return alive;
    }
  }

  @Test
  void noNativeBlockIsLeftOfHundredsOfEngines() throws Exception {
    assertThat(AllocationProbe.childJvm().run(Blocks.class))
        .as("blocks left of %d engines", CYCLES)
        .isEqualTo("0");
  }

  /** Each engine's store and each program's arena are that large, on top of what they need. */
  private static final int BULK_MIB = 8;

  /** Prints the growth of the resident set in KiB after the warm-up. */
  static final class Resident {
    public static void main(String[] args) throws Exception {
      Cycles cycles = new Cycles(BULK_MIB << 18);
      cycles.run(WARM_UP);
      System.gc();
      long before = Memory.residentKib();
      cycles.run(CYCLES);
      System.gc();
      System.out.print(Memory.residentKib() - before);
    }
  }

  /**
   * Half of what would be left if every hundredth store or every hundredth program stayed. What grows
   * in a young JVM for other reasons is kept out: compiled code, and the arenas that malloc gives to
   * each thread.
   */
  @Test
  void theResidentSetDoesNotGrow() throws Exception {
    String growth =
        new ChildJvm()
            .with("MALLOC_ARENA_MAX", "1")
            .option("-XX:TieredStopAtLevel=1")
            .option("-XX:+UseSerialGC")
            .option("-Xms192m")
            .option("-Xmx192m")
            .option("-XX:+AlwaysPreTouch")
            .run(Resident.class);
    assertThat(Long.parseLong(growth))
        .as("KiB that %d engines have left", CYCLES)
        .isLessThan((BULK_MIB << 10) * CYCLES / 100 / 2);
  }
}
