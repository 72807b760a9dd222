package chladni.tests.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * tests/consumer as somebody else's machine would have it: the engine's jar and poms in a repository,
 * a JDK, and no tool to build native code.
 */
@Packaged
final class ConsumerTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @TempDir private static Path folder;
  private static Path project;

  @BeforeAll
  static void buildsOfflineWithTheJdkAlone() throws IOException, InterruptedException {
    project = folder.resolve("project");
    copyTree(ROOT.resolve("tests/consumer"), project);
    Path staged = stage(folder.resolve("staged"));
    Result result =
        Command.in(project)
            .environment(
                Map.of(
                    "JAVA_HOME", System.getProperty("java.home"),
                    "PATH", tools("sh", "uname", "dirname").toString(),
                    "MAVEN_SKIP_RC", "true",
                    "HOME", folder.toString()))
            .run(
                List.of(
                    System.getProperty("maven.home") + "/bin/mvn",
                    "--batch-mode",
                    "--offline",
                    "-Dmaven.repo.local=" + folder.resolve("repository"),
                    // Read only: what the build of Chladni itself has fetched, plugins above all.
                    "-Dmaven.repo.local.tail=" + staged + "," + System.getProperty("localRepository"),
                    "compile",
                    "dependency:copy-dependencies",
                    "dependency:tree",
                    "-DoutputFile=target/tree.txt"));
    assertThat(result.exit()).as(result.toString()).isZero();
  }

  @Test
  void itTrainsAndInfersWithKernelsOutOfTheJar() throws IOException, InterruptedException {
    Path natives = folder.resolve("native");
    List<String> lines = sine(natives, Map.of());
    assertThat(lines).hasSize(7);
    assertThat(lines.getFirst()).startsWith("backend cpu: ");
    List<Double> losses = lines.subList(2, 6).stream().map(ConsumerTest::value).toList();
    assertThat(losses).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    assertThat(losses.getLast()).isLessThan(losses.getFirst() / 100);
    // A loss of a hundredth of the variance of the sine leaves an error of about 0.07.
    assertThat(value(lines.getLast())).isCloseTo(Math.sin(1), within(0.07));
    try (Stream<Path> files = Files.walk(natives)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .containsOnly("libchladni_cpu.so", "libdnnl.so.3", "libgomp.so.1");
    }
  }

  /** The jar holds older kernels too, and a machine that has no newer ones takes them. */
  @ParameterizedTest
  @ValueSource(strings = {"baseline", "avx2"})
  void olderKernelsAreInTheJarToo(String set) throws IOException, InterruptedException {
    List<String> lines = sine(folder.resolve("native"), Map.of("CHLADNI_ISA", set));
    assertThat(lines.get(1)).startsWith("machine kernels " + set);
    assertThat(value(lines.getLast())).isCloseTo(Math.sin(1), within(0.07));
  }

  /** The module finds its backends itself; the natives of oneDNN may stay on the class path. */
  @Test
  void theEngineRunsAsAModuleToo() throws IOException, InterruptedException {
    Path engine = jar("chladni-engine");
    List<String> lines =
        sine(
            Map.of(),
            "--enable-native-access=chladni.engine",
            "--module-path=" + engine,
            "--add-modules=chladni.engine",
            "-Dchladni.native.directory=" + folder.resolve("native"),
            "-cp",
            "target/classes:" + jar("dnnl"));
    assertThat(lines.getFirst()).startsWith("backend cpu: ");
    assertThat(value(lines.getLast())).isCloseTo(Math.sin(1), within(0.07));
  }

  private static Path jar(String artifact) throws IOException {
    try (Stream<Path> all = Files.list(project.resolve("target/dependency"))) {
      return all.filter(f -> f.getFileName().toString().startsWith(artifact))
          .findFirst()
          .orElseThrow();
    }
  }

  private static List<String> sine(Path natives, Map<String, String> more)
      throws IOException, InterruptedException {
    return sine(
        more,
        "--enable-native-access=ALL-UNNAMED",
        "-Dchladni.native.directory=" + natives,
        "-cp",
        "target/classes:target/dependency/*");
  }

  private static List<String> sine(Map<String, String> more, String... options)
      throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("PATH", "");
    environment.put("HOME", folder.toString());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("org.example.Sine");
    Result result = Command.in(project).environment(environment).run(command);
    assertThat(result.exit()).as(result.toString()).isZero();
    assertThat(result.error()).isEmpty();
    return result.output().lines().toList();
  }

  @Test
  void itsOnlyDependenciesAreTheEngineAndTheNativeFilesOfOneDnn() throws IOException {
    assertThat(Files.readAllLines(project.resolve("target/tree.txt")))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("org.example:consumer:jar:1"),
            line -> assertThat(line).matches("\\\\- io\\.chladni:chladni-engine:jar:[^:]+:compile"),
            line ->
                assertThat(line).matches(" +\\\\- org\\.bytedeco:dnnl:jar:linux-x86_64:[^:]+:runtime"));
  }

  private static double value(String line) {
    return Double.parseDouble(line.substring(line.indexOf(' ')));
  }

  /** The engine, its parent and the BOM in the layout of a Maven repository. */
  private static Path stage(Path repository) throws IOException {
    put(repository, "chladni-parent", ".pom", ROOT.resolve("pom.xml"));
    put(repository, "chladni-bom", ".pom", ROOT.resolve("java/bom/pom.xml"));
    put(repository, "chladni-engine", ".pom", ROOT.resolve("java/engine/pom.xml"));
    put(repository, "chladni-engine", ".jar", Path.of(System.getProperty("chladni.engine.jar")));
    return repository;
  }

  private static void put(Path repository, String artifact, String suffix, Path file)
      throws IOException {
    String version = System.getProperty("chladni.version");
    Path target = repository.resolve(Path.of("io", "chladni", artifact, version));
    Files.createDirectories(target);
    Files.copy(file, target.resolve(artifact + "-" + version + suffix));
  }

  /** A PATH with these tools and nothing else. */
  private static Path tools(String... names) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    for (String name : names) {
      Path real =
          Stream.of("/bin", "/usr/bin")
              .map(place -> Path.of(place, name))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      Path tool = Files.writeString(bin.resolve(name), "#!/bin/sh\nexec " + real + " \"$@\"\n");
      Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
    }
    return bin;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(path));
        Files.createDirectories(target.getParent());
        Files.copy(path, target);
      }
    }
  }
}
