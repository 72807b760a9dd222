package chladni.tests.runtime;

import java.util.ArrayList;
import java.util.List;

/** Prints what a process holds while it does the same over and over, and judges whether it grows. */
final class Flatness {
  /** What a JVM's own tables and code may grow by between the two halves of a long run. */
  private static final long ALLOWED_KIB = 8 << 10;

  private record Look(long number, long residentKib) {}

  private final String unit;
  private final List<Look> looks = new ArrayList<>();

  Flatness(String unit) {
    this.unit = unit;
  }

  /** One line; {@code millis} is the time of one unit since the last look. */
  void look(long number, double millis) {
    System.gc();
    looks.add(new Look(number, Memory.residentKib()));
    System.out.printf(
        "%9d %s  %7.3f ms each  RSS %8d KiB  malloc %8d KiB%n",
        number, unit, millis, looks.getLast().residentKib, Memory.mallocBytes() >> 10);
  }

  /** The second half against the first, of which the first fifth of the whole is warming up. */
  void verdict() {
    int n = looks.size();
    long early = median(looks.subList(n / 5, n / 2));
    long late = median(looks.subList(n - n / 4, n));
    boolean flat = late - early <= ALLOWED_KIB;
    System.out.printf(
        "%s: RSS %d KiB early, %d KiB late, %+d KiB%n",
        flat ? "flat" : "GROWS", early, late, late - early);
    if (!flat) {
      System.exit(1);
    }
  }

  private static long median(List<Look> some) {
    long[] sorted = some.stream().mapToLong(Look::residentKib).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
