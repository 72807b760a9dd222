package chladni.app.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a build of the sources needs, looked up in a PATH. */
final class Tools {
  private final List<Path> path;

  Tools(String path) {
    this.path =
        Stream.of(path.split(":")).filter(folder -> !folder.isEmpty()).map(Path::of).toList();
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(tool("cmake", "Needed at the next build: apt-get install cmake.", "cmake"));
    findings.add(
        tool(
            "compiler", "Needed at the next build: apt-get install g++.", "c++", "g++", "clang++"));
    findings.add(tool("nvcc", "Needed for --device cuda at the next build: install the toolkit of CUDA 13.", "nvcc"));
    return findings;
  }

  private Finding tool(String subject, String fix, String... names) {
    for (String name : names) {
      Optional<Path> found = find(name);
      if (found.isPresent()) {
        return Finding.ok(subject, version(found.get()) + " (" + found.get() + ")");
      }
    }
    return Finding.note(subject, "not found in the PATH", fix);
  }

  private Optional<Path> find(String name) {
    return path.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /** The first line that has a version in it: nvcc begins with a copyright. */
  private static String version(Path tool) {
    try {
      Process process =
          new ProcessBuilder(tool.toString(), "--version").redirectErrorStream(true).start();
      process.getOutputStream().close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "no answer to --version";
      }
      String output = new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
      return output
          .lines()
          .filter(line -> line.matches(".*\\d\\.\\d.*"))
          .findFirst()
          .orElse("unknown version")
          .strip();
    } catch (IOException e) {
      return "does not start: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown version";
    }
  }
}
