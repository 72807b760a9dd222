package chladni.app.bundle;

import chladni.app.cli.job.JobException;
import chladni.engine.io.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The archive for a GPU host: a Java runtime, our jars and those of JCuda, the kernels, the tests
 * and benchmarks that run there, and the licences of all of them.
 */
public final class GpuBundle {
  /** What it unpacks into. */
  public static final String NAME = "chladni-gpu";

  /** So that it can be carried to a host by any means. */
  static final long LARGEST = 55_000_000;

  /** What our jars and the others ask for. */
  private static final String MODULES =
      "java.desktop,java.instrument,java.logging,java.management,java.sql,jdk.jfr,jdk.management,"
          + "jdk.unsupported";

  /** FFmpeg and oneDNN: a third of the size each, and nothing on a card needs them. */
  private static final List<String> LEFT_OUT = List.of("ffmpeg-", "dnnl-", "javacpp-");

  /** Of JCuda's libraries those that we never load; the compiler alone is 9 MB. */
  private static final List<String> UNUSED = List.of("libJNvPTXCompiler-", "libJNvrtc-");

  private static final String KERNELS = "chladni/cuda/kernels.fatbin";

  private final Path home;
  private final Path content;

  private GpuBundle(Path home, Path content) {
    this.home = home;
    this.content = content;
  }

  /** Whether a jar of the class path travels. */
  public static boolean travels(Path jar) {
    return LEFT_OUT.stream().noneMatch(jar.getFileName().toString()::startsWith);
  }

  /**
   * Makes the archive.
   *
   * @param home a checkout in which tests/gpu is built
   * @throws JobException when there are no kernels in it, or it would be too large
   */
  public static void write(Path home, Path out) throws IOException {
    Path folder = Files.createTempDirectory("chladni-bundle-");
    try {
      new GpuBundle(home, folder.resolve(NAME)).assemble();
      long now = Instant.now().getEpochSecond();
      AtomicFile.writeStream(
          out, stream -> TarGz.write(folder.resolve(NAME), NAME, now, LARGEST, stream));
    } finally {
      delete(folder);
    }
  }

  private void assemble() throws IOException {
    Path lib = Files.createDirectories(content.resolve("lib"));
    Files.copy(home.resolve("LICENSE"), content.resolve("LICENSE"));
    Files.copy(home.resolve("NOTICE"), content.resolve("NOTICE"));
    Path gpu = home.resolve("tests/gpu");
    copy(gpu.resolve("licences"), content.resolve("licences"), _ -> true);
    for (Path jar : jars(gpu.resolve("target"))) {
      copyJar(jar, lib);
    }
    checkKernels(lib);
    runtime();
    Licences licences = Licences.read(content.resolve("licences/jars.txt"));
    try (Stream<Path> jars = Files.list(lib)) {
      for (Path jar : jars.sorted().toList()) {
        licences.check(jar, content);
      }
    }
    launcher(gpu.resolve("chladni"), content.resolve("chladni"));
    launcher(gpu.resolve("run.sh"), content.resolve("tests/gpu/run.sh"));
    copy(
        home.resolve("tests/golden"),
        content.resolve("tests/golden"),
        file -> file.toString().endsWith(".safetensors"));
    copy(
        home.resolve("benchmarks/peers"),
        content.resolve("benchmarks/peers"),
        file -> file.toString().endsWith(".py"));
    Files.writeString(content.resolve("made.properties"), facts());
  }

  private static List<Path> jars(Path target) throws IOException {
    Path lib = target.resolve("lib");
    Path own = target.resolve("chladni-gpu.jar");
    if (!Files.isDirectory(lib) || !Files.exists(own)) {
      throw new JobException(
          "bundle: %s must be built and is not. Give the command first: ./chladni bundle ..."
              .formatted(target.getParent()));
    }
    try (Stream<Path> found = Files.list(lib)) {
      return Stream.concat(Stream.of(own), found)
          .filter(file -> file.toString().endsWith(".jar") && travels(file))
          .sorted()
          .toList();
    }
  }

  private static void copyJar(Path jar, Path lib) throws IOException {
    Path to = lib.resolve(jar.getFileName());
    if (!jar.getFileName().toString().startsWith("jcuda-natives-")) {
      Files.copy(jar, to);
      return;
    }
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        String name = e.getName();
        if (UNUSED.stream().noneMatch(unused -> name.startsWith("lib/" + unused))) {
          out.putNextEntry(new ZipEntry(name));
          in.transferTo(out);
        }
      }
    }
  }

  private static void checkKernels(Path lib) throws IOException {
    Path jar;
    try (Stream<Path> jars = Files.list(lib)) {
      jar =
          jars.filter(file -> file.getFileName().toString().startsWith("chladni-cuda-"))
              .findFirst()
              .orElseThrow();
    }
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      if (zip.getEntry(KERNELS) == null) {
        throw new JobException(
            "bundle: this build has no kernels for a card, since nvcc was not there when it was made."
                + " Install CUDA 13's nvcc, delete java/cuda/target and try again.");
      }
    }
  }

  /** Classes lie in it as they are: the archive compresses them better than jlink, all in one. */
  private void runtime() {
    StringWriter said = new StringWriter();
    PrintWriter to = new PrintWriter(said);
    int code =
        ToolProvider.findFirst("jlink")
            .orElseThrow(
                () ->
                    new JobException(
                        "bundle: %s has no jlink. Name a full JDK 25 in CHLADNI_JAVA_HOME."
                            .formatted(System.getProperty("java.home"))))
            .run(
                to,
                to,
                "--add-modules",
                MODULES,
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--compress",
                "zip-0",
                "--output",
                content.resolve("runtime").toString());
    if (code != 0) {
      throw new JobException(
          "bundle: jlink refuses (%s). Name another JDK 25 in CHLADNI_JAVA_HOME."
              .formatted(said.toString().strip()));
    }
  }

  private String facts() throws IOException {
    return """
        # What is in this folder; its results repeat it.
        commit=%s
        made=%s
        java=%s
        """
        .formatted(
            commit(),
            Instant.now().truncatedTo(ChronoUnit.SECONDS),
            System.getProperty("java.vendor.version"));
  }

  /** With a mark when files differ from it; a folder of sources without git has none. */
  private String commit() throws IOException {
    String[] command = {"git", "-C", home.toString(), "describe", "--always", "--dirty", "--abbrev=12"};
    try {
      Process git =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String line = new String(git.getInputStream().readAllBytes()).strip();
      return line.isEmpty() ? "unknown" : line;
    } catch (IOException _) {
      return "unknown";
    }
  }

  private static void launcher(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void copy(Path from, Path to, Predicate<Path> which) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(from)) {
      files = found.filter(Files::isRegularFile).filter(which).toList();
    }
    for (Path file : files) {
      Path target = to.resolve(from.relativize(file));
      Files.createDirectories(target.getParent());
      Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.toList();
    }
    for (Path path : all.reversed()) {
      Files.delete(path);
    }
  }
}
