package chladni.app.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What the machine has and what the control group (v2 or v1) leaves of it. */
final class Limits {
  private static final long GIB = 1L << 30;
  // The demo's processes together may take this much.
  private static final long WANTED = 4 * GIB;
  // cgroup v1 writes its "no limit" as the greatest page-aligned long.
  private static final long UNLIMITED = Long.MAX_VALUE / 2;

  private final Path root;

  Limits(Path root) {
    this.root = root;
  }

  Finding cores(int usableByJava) {
    OptionalDouble quota = quota();
    if (quota.isPresent()) {
      return Finding.ok(
          "cores",
          String.format(
              Locale.ROOT,
              "%d used, a control group allows %.2f",
              usableByJava,
              quota.getAsDouble()));
    }
    return Finding.ok("cores", usableByJava + " used, no control group limit");
  }

  Finding memory() {
    OptionalLong total = meminfo("MemTotal");
    OptionalLong available = meminfo("MemAvailable");
    if (total.isEmpty() || available.isEmpty()) {
      return Finding.note("memory", "unknown", "Check that /proc/meminfo can be read.");
    }
    OptionalLong limit = memoryLimit();
    long usable = Math.min(available.getAsLong(), limit.orElse(Long.MAX_VALUE));
    String text =
        String.format(
            Locale.ROOT,
            "%s, %s available, %s",
            gib(total.getAsLong()),
            gib(available.getAsLong()),
            limit.isPresent()
                ? "a control group allows " + gib(limit.getAsLong())
                : "no control group limit");
    return usable >= WANTED
        ? Finding.ok("memory", text)
        : Finding.note(
            "memory",
            text,
            "Free some: the demo takes up to " + gib(WANTED) + " in all processes.");
  }

  private OptionalDouble quota() {
    String[] v2 = text("sys/fs/cgroup/cpu.max").split(" ");
    if (v2.length == 2 && !v2[0].equals("max")) {
      return OptionalDouble.of(Double.parseDouble(v2[0]) / Double.parseDouble(v2[1]));
    }
    String v1 = text("sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    String period = text("sys/fs/cgroup/cpu/cpu.cfs_period_us");
    return v1.isEmpty() || period.isEmpty() || v1.startsWith("-")
        ? OptionalDouble.empty()
        : OptionalDouble.of(Double.parseDouble(v1) / Double.parseDouble(period));
  }

  private OptionalLong memoryLimit() {
    for (String file :
        new String[] {"sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
      String text = text(file);
      if (!text.isEmpty() && !text.equals("max")) {
        long limit = Long.parseLong(text);
        return limit < UNLIMITED ? OptionalLong.of(limit) : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }

  private OptionalLong meminfo(String key) {
    return text("proc/meminfo")
        .lines()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst();
  }

  private String text(String file) {
    try {
      return Files.readString(root.resolve(file)).strip();
    } catch (IOException _) {
      return "";
    }
  }

  static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
  }
}
