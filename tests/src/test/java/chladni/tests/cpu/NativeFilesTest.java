package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeFilesTest {
  /** What a child process runs. */
  static final class Child {
    public static void main(String[] args) {
      try (Engine engine = Engine.open("cpu", new BackendOptions(1))) {
        System.out.print(engine.backend().name());
      } catch (chladni.engine.backend.MissingBackendException e) {
        System.out.print(e.getMessage());
      }
    }
  }

  private static Process child(Path directory) throws IOException {
    return command("-Dchladni.native.directory=" + directory).start();
  }

  private static ProcessBuilder command(String... options) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(List.of(options));
    words.addAll(List.of("-cp", absolute(System.getProperty("java.class.path"))));
    words.add(Child.class.getName());
    return new ProcessBuilder(words).redirectErrorStream(true);
  }

  private static String absolute(String classPath) {
    return Stream.of(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String output(Process process) throws IOException, InterruptedException {
    String text = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return text;
  }

  @Test
  void aUserWithoutAHomeGetsAFolderAmongTemporaryFiles(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path here = Files.createDirectory(folder.resolve("here"));
    ProcessBuilder command = command("-Duser.home=?", "-Djava.io.tmpdir=" + temporary);
    command.environment().remove("XDG_CACHE_HOME");
    assertThat(output(command.directory(here.toFile()).start())).isEqualTo("cpu");
    assertThat(here).isEmptyDirectory();
    assertThat(temporary).isDirectoryContaining("glob:**/chladni-native-*");
  }

  @Test
  void processesThatStartTogetherShareOneDirectoryWithWholeFiles(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path files = directory.resolve("native");
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      children.add(child(files));
    }
    for (Process c : children) {
      assertThat(output(c)).isEqualTo("cpu");
    }
    try (Stream<Path> all = Files.walk(files)) {
      assertThat(
              all.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS)).map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("libchladni_cpu.so", "libdnnl.so.3", "libgomp.so.1");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files)))
        .isEqualTo("rwx------");
  }

  @Test
  void directoryThatOthersCanWriteIsRefused(@TempDir Path directory)
      throws IOException, InterruptedException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(output(child(directory)))
        .contains("can be written by others")
        .contains("chladni.native.directory");
  }
}
