package chladni.tests.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A child process that sees exactly the environment it is given. */
final class Command {
  private static final long SECONDS = 120;

  private final Path directory;
  private Map<String, String> environment = Map.of();

  private Command(Path directory) {
    this.directory = directory;
  }

  static Command in(Path directory) {
    return new Command(directory);
  }

  Command environment(Map<String, String> all) {
    environment = all;
    return this;
  }

  /** Runs to the end; a child that hangs is killed and fails. */
  Result run(List<String> arguments) throws IOException, InterruptedException {
    // Files rather than pipes: a child never waits for a reader.
    Path output = Files.createTempFile("output", ".txt");
    Path error = Files.createTempFile("error", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(arguments)
              .directory(directory.toFile())
              .redirectOutput(output.toFile())
              .redirectError(error.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      return new Result(process.exitValue(), Files.readString(output), Files.readString(error));
    } finally {
      Files.delete(output);
      Files.delete(error);
    }
  }
}
