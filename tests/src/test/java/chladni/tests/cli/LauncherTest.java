package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real launcher in a house of cardboard: a Maven wrapper that only leaves a jar, and JDKs that
 * only print what they are given.
 */
final class LauncherTest {
  private static final Path LAUNCHER = repository().resolve("chladni");

  @TempDir Path folder;
  private Path house;
  private Path jdks;

  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void buildTheHouse() throws IOException {
    house = Files.createDirectories(folder.resolve("a house"));
    jdks = Files.createDirectories(folder.resolve("jd ks"));
    Files.copy(LAUNCHER, house.resolve("chladni"));
    executable(house.resolve("chladni"));
    script(
        house.resolve("mvnw"),
        "echo built >> builds; sleep 0.3; mkdir -p java/app/target; touch java/app/target/chladni-app.jar");
    Files.createDirectories(house.resolve("java/app/src"));
    Files.writeString(house.resolve("java/app/src/A.java"), "class A {}");
    Files.writeString(house.resolve("java/app/pom.xml"), "<project/>");
    Files.writeString(house.resolve("pom.xml"), "<project/>");
  }

  @Test
  void theFirstSuitableJdkIsTaken() throws Exception {
    jdk("a-17", "17.0.15");
    jdk("b-25-early", "25.0.2");
    jdk("c-26", "26");
    Files.delete(jdk("d-no-compiler", "25.0.4").resolve("bin/javac"));
    jdk("e-25", "25.0.3");
    Result result = launch(Map.of(), house, "./chladni", "--java-home");
    assertThat(result.out().strip()).isEqualTo(jdks.resolve("e-25").toString());
  }

  @Test
  void javaHomeCountsOnlyIfItIsSuitable() throws Exception {
    Path searched = jdk("searched", "25.0.3");
    Path old = jdkAt(folder.resolve("old"), "17.0.15");
    Path good = jdkAt(folder.resolve("good"), "25.1");
    assertThat(launch(Map.of("JAVA_HOME", old.toString()), house, "./chladni", "--java-home").out())
        .isEqualToIgnoringNewLines(searched.toString());
    assertThat(
            launch(Map.of("JAVA_HOME", good.toString()), house, "./chladni", "--java-home").out())
        .isEqualToIgnoringNewLines(good.toString());
  }

  @Test
  void aNamedJdkThatDoesNotFitIsAnErrorNotASearch() throws Exception {
    jdk("fine", "25.0.3");
    Path old = jdkAt(folder.resolve("old"), "25.0.2");
    Result result =
        launch(Map.of("CHLADNI_JAVA_HOME", old.toString()), house, "./chladni", "doctor");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err()).contains("got " + old + " (25.0.2)").hasLineCount(1);
    assertThat(house.resolve("builds")).doesNotExist();
  }

  @Test
  void aMissingJdkIsNamedWithItsPackage() throws Exception {
    Result result = launch(Map.of(), house, "./chladni", "doctor");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err()).contains("a JDK from 25.0.3 on")
        .contains("openjdk-25-jdk-headless")
        .contains("temurin-25-jdk");
  }

  @Test
  void missingBuildToolsAreAllNamed() throws Exception {
    jdk("25", "25.0.3");
    Path bin = Files.createDirectories(folder.resolve("bin"));
    for (String tool :
        List.of("bash", "env", "sed", "dirname", "find", "touch", "mkdir", "rm", "mv", "flock")) {
      Path real = Path.of("/usr/bin", tool);
      if (Files.exists(real)) {
        script(bin.resolve(tool), "exec " + real + " \"$@\"");
      }
    }
    Result result = launch(Map.of("PATH", bin.toString()), house, "./chladni", "doctor");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err())
        .contains("cmake (package cmake)")
        .contains("a C++ compiler (package g++)")
        .contains("make (package make)");
  }

  @Test
  void argumentsAndFolderReachTheProgramThroughALink() throws Exception {
    jdk("25", "25.0.3");
    Path elsewhere = Files.createDirectories(folder.resolve("else where"));
    Path link = elsewhere.resolve("ch");
    Files.createSymbolicLink(link, Path.of("../a house/chladni"));
    Result result =
        launch(
            Map.of("CHLADNI_JAVA_OPTS", "-Xmx1g -Da=b"),
            elsewhere,
            "./ch",
            "generate",
            "my clip.wav");
    assertThat(result.err()).contains("building");
    assertThat(result.exit()).isEqualTo(7);
    assertThat(result.out().lines())
        .startsWith("in " + elsewhere.toRealPath())
        // The last one counts, so that the default gives way.
        .containsSubsequence("--enable-native-access=ALL-UNNAMED", "-Xmx1500m", "-Xmx1g", "-Da=b")
        .contains(
            house.resolve("java/app/target").toRealPath()
                + "/chladni-app.jar:"
                + house.resolve("java/app/target").toRealPath()
                + "/lib/*")
        .endsWith("chladni.app.cli.Main", "generate", "my clip.wav");
  }

  @Test
  void itBuildsAgainOnlyWhenSourcesAreNewer() throws Exception {
    jdk("25", "25.0.3");
    launch(Map.of(), house, "./chladni", "x");
    assertThat(launch(Map.of(), house, "./chladni", "x").err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
    Files.setLastModifiedTime(
        house.resolve("java/app/src/A.java"), FileTime.from(Instant.now().plusSeconds(60)));
    launch(Map.of(), house, "./chladni", "x");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aDeletedSourceIsAChange() throws Exception {
    jdk("25", "25.0.3");
    launch(Map.of(), house, "./chladni", "x");
    Files.delete(house.resolve("java/app/src/A.java"));
    launch(Map.of(), house, "./chladni", "x");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aFailedBuildStartsNothingAndIsTriedAgain() throws Exception {
    jdk("25", "25.0.3");
    script(house.resolve("mvnw"), "echo built >> builds; exit 1");
    Result result = launch(Map.of(), house, "./chladni", "x");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("the build failed");
    launch(Map.of(), house, "./chladni", "x");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void launchesAtTheSameTimeBuildOnce() throws Exception {
    jdk("25", "25.0.3");
    List<Process> running = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      running.add(start(Map.of(), house, "./chladni", "x").redirectErrorStream(true).start());
    }
    for (Process process : running) {
      process.getInputStream().readAllBytes();
      assertThat(process.waitFor()).isEqualTo(7);
    }
    assertThat(builds()).isEqualTo(1);
  }

  private Path jdk(String name, String version) throws IOException {
    return jdkAt(jdks.resolve(name), version);
  }

  private static Path jdkAt(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"Cardboard\"\nJAVA_VERSION=\"" + version + "\"\n");
    script(home.resolve("bin/java"), "echo \"in $PWD\"; printf '%s\\n' \"$@\"; exit 7");
    script(home.resolve("bin/javac"), "exit 0");
    return home;
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/bash\n" + body + "\n");
    executable(file);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private long builds() throws IOException {
    return Files.readAllLines(house.resolve("builds")).size();
  }

  private ProcessBuilder start(Map<String, String> environment, Path in, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile());
    Map<String, String> env = builder.environment();
    env.keySet().removeIf(key -> key.startsWith("CHLADNI_") || key.equals("JAVA_HOME"));
    // A java on the real PATH would be found before ours.
    env.put("PATH", pathWithoutJava(env.getOrDefault("PATH", "")));
    env.put("CHLADNI_JDK_ROOTS", jdks.toString());
    env.putAll(environment);
    return builder;
  }

  private String pathWithoutJava(String path) {
    try {
      Path shadow = Files.createDirectories(folder.resolve("shadow"));
      script(shadow.resolve("java"), "exit 1");
      return shadow + ":" + path;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Result launch(Map<String, String> environment, Path in, String... command)
      throws IOException, InterruptedException {
    Path err = folder.resolve("err.txt");
    Process process = start(environment, in, command).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Result(process.exitValue(), out, Files.readString(err));
  }

  private static Path repository() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("chladni"))) {
      at = at.getParent();
    }
    return at;
  }
}
