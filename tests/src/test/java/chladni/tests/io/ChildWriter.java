package chladni.tests.io;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.FileWriteException;
import chladni.engine.io.NamedArray;
import chladni.engine.io.SafeTensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs in a process of its own, which dies or hits a limit while it writes. */
final class ChildWriter {
  private ChildWriter() {}

  public static void main(String[] args) {
    Path target = Path.of(args[1]);
    switch (args[0]) {
      case "die-before-rename" ->
          AtomicFile.write(
              target,
              channel -> {
                channel.write(ByteBuffer.wrap(new byte[1000]));
                Runtime.getRuntime().halt(9);
              });
      case "weights" -> {
        NamedArray array = NamedArray.of("w", new long[] {1 << 20}, new float[1 << 20]);
        try {
          SafeTensors.write(target, List.of(array), Map.of());
        } catch (FileWriteException e) {
          System.out.println("refused " + e.targetUntouched());
        }
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  record Result(int exit, String output) {}

  /** Starts this class after {@code shellPrefix}, such as a limit on file sizes. */
  static Result start(String shellPrefix, String mode, Path target)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("bash", "-c", shellPrefix + "exec \"$@\"", "child"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp"));
    command.add(folderOf(AtomicFile.class) + ":" + folderOf(ChildWriter.class));
    command.addAll(List.of(ChildWriter.class.getName(), mode, target.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Result(process.waitFor(), output);
  }

  private static Path folderOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
