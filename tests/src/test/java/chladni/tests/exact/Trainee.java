package chladni.tests.exact;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A training in a process of its own, which says each step that it has done. */
final class Trainee {
  private Trainee() {}

  public static void main(String[] args) {
    try (Engine engine = Engine.open("cpu", new BackendOptions(Integer.parseInt(args[4])))) {
      TinyGan.train(
          engine.backend(),
          Path.of(args[0]),
          Path.of(args[1]),
          Long.parseLong(args[2]),
          Long.parseLong(args[3]),
          (_, step, _, _, _) -> System.out.println(step));
    }
  }

  /**
   * Starts one.
   *
   * @param libraries where the native libraries are extracted; null for the usual place
   */
  static Process start(
      Path pairs, Path folder, long steps, long saveEvery, int threads, Path libraries)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xmx300m",
            "-Djava.awt.headless=true",
            "--enable-native-access=ALL-UNNAMED"));
    if (libraries != null) {
      command.add("-Dchladni.native.directory=" + libraries);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Trainee.class.getName()));
    command.addAll(List.of(pairs.toString(), folder.toString()));
    command.addAll(
        List.of(Long.toString(steps), Long.toString(saveEvery), Integer.toString(threads)));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
