package chladni.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@link Kernels} in a process of its own under compute-sanitizer. Without a card the stand-ins
 * themselves hold every access to its bounds.
 */
final class Sanitize implements Part {
  private static final String TOOL = "compute-sanitizer";
  private static final int ERROR = 86;

  /** Of each tool, which makes a kernel ten to a hundred times slower. */
  private static final int BUDGET_SECONDS = 200;

  @Override
  public void run(Options options, Report report) throws Exception {
    if (Options.softgpu()) {
      int code = child(options, List.of(), "stand-ins");
      report.check("the stand-ins' guards object to nothing", code == 0, "exit code " + code);
      return;
    }
    Path tool = find();
    if (tool == null) {
      report.problem(
          TOOL + ": it is neither on the PATH nor in /usr/local/cuda*/bin. Install CUDA's package"
              + " of this name.");
      return;
    }
    for (String check : List.of("memcheck", "racecheck")) {
      Path log = options.out().resolve("sanitize-" + check + ".log").toAbsolutePath();
      List<String> prefix =
          List.of(
              tool.toString(),
              "--tool",
              check,
              "--error-exitcode",
              String.valueOf(ERROR),
              "--log-file",
              log.toString());
      int code = child(options, prefix, check);
      String said = Files.exists(log) ? last(log) : "no log";
      report.check(check + " has found nothing", code == 0, "exit code " + code + ", " + said);
    }
  }

  private static String last(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return lines.isEmpty() ? "an empty log" : lines.getLast();
  }

  private static int child(Options options, List<String> prefix, String name)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "kernels",
            "--out",
            options.out().resolve("sanitize-" + name).toString(),
            "--budget",
            String.valueOf(BUDGET_SECONDS)));
    Files.createDirectories(options.out());
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static Path find() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      folders.add(Path.of(folder));
    }
    if (Files.isDirectory(Path.of("/usr/local"))) {
      try (Stream<Path> cuda = Files.list(Path.of("/usr/local"))) {
        cuda.filter(p -> p.getFileName().toString().startsWith("cuda"))
            .forEach(p -> folders.add(p.resolve("bin")));
      }
    }
    return folders.stream()
        .map(folder -> folder.resolve(TOOL))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }
}
