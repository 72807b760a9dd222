package chladni.app.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that is looked at, in the order in which it is printed.
 *
 * @param root where proc and sys lie
 * @param folder where a run would be written
 * @param path the PATH
 */
public record Inspection(Path root, Path folder, String path) {
  private static final long ROOM = 4L << 30;

  /** This machine and the current folder. */
  public static Inspection here() {
    String path = System.getenv("PATH");
    return new Inspection(Path.of("/"), Path.of("").toAbsolutePath(), path == null ? "" : path);
  }

  public List<Finding> findings() {
    ClassLoader loader = Inspection.class.getClassLoader();
    List<Finding> findings = new ArrayList<>();
    findings.add(
        system(
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch")));
    findings.add(
        Processor.read(root)
            .map(Processor::finding)
            .orElseGet(
                () ->
                    Finding.note("processor", "unknown", "Check that /proc/cpuinfo can be read.")));
    Limits limits = new Limits(root);
    findings.add(limits.cores(Runtime.getRuntime().availableProcessors()));
    findings.add(limits.memory());
    findings.add(java(Runtime.version(), System.getProperty("java.vendor")));
    findings.add(nativeAccess());
    findings.add(disk("disk", folder));
    findings.add(disk("temporary files", Path.of(System.getProperty("java.io.tmpdir"))));
    findings.addAll(Libraries.onClassPath(loader));
    findings.addAll(Backends.onClassPath(loader));
    findings.add(Libraries.gpu(root));
    findings.addAll(new Tools(path).findings());
    return findings;
  }

  static Finding system(String name, String version, String architecture) {
    String text = name + " " + version + " " + architecture;
    return name.equals("Linux") && architecture.equals("amd64")
        ? Finding.ok("system", text)
        : Finding.problem(
            "system", text, "Use Linux on x86-64: native code is built for that alone.");
  }

  static Finding java(Runtime.Version version, String vendor) {
    String text = version + " by " + vendor;
    boolean good = version.feature() == 25 && (version.interim() > 0 || version.update() >= 3);
    return good
        ? Finding.ok("java", text)
        : Finding.problem(
            "java",
            text,
            "Use a JDK from 25.0.3 on, below 26: earlier ones may move arrays that native code"
                + " holds. Set CHLADNI_JAVA_HOME.");
  }

  private static Finding nativeAccess() {
    return Inspection.class.getModule().isNativeAccessEnabled()
        ? Finding.ok("native access", "allowed")
        : Finding.problem(
            "native access",
            "not allowed",
            "Start with ./chladni or add --enable-native-access=ALL-UNNAMED.");
  }

  private static Finding disk(String subject, Path folder) {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      String text = Limits.gib(free) + " free at " + folder;
      if (!Files.isWritable(folder)) {
        return Finding.note(subject, text + ", not writable", "Give --out a writable folder.");
      }
      return free >= ROOM
          ? Finding.ok(subject, text)
          : Finding.note(subject, text, "Free some: runs with checkpoints want a few GiB.");
    } catch (IOException e) {
      return Finding.problem(
          subject, folder + " cannot be examined (" + e + ")", "Choose another folder.");
    }
  }
}
