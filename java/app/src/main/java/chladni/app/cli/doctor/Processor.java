package chladni.app.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The processor as Linux describes it.
 *
 * @param flags instruction sets and the like, of the first core
 */
record Processor(String model, Set<String> flags) {
  // Names of /proc/cpuinfo, in the order in which kernels are chosen.
  private static final List<String> TELLING =
      List.of(
          "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "amx_bf16");

  static Optional<Processor> read(Path root) {
    try {
      String model = "unknown";
      for (String line : Files.readAllLines(root.resolve("proc/cpuinfo"))) {
        String[] parts = line.split(":", 2);
        if (parts.length == 2 && parts[0].strip().equals("model name")) {
          model = parts[1].strip();
        } else if (parts.length == 2 && parts[0].strip().equals("flags")) {
          return Optional.of(
              new Processor(
                  model, new LinkedHashSet<>(Arrays.asList(parts[1].strip().split(" +")))));
        }
      }
      return Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  Finding finding() {
    List<String> present = TELLING.stream().filter(flags::contains).toList();
    String text = model + ", " + (present.isEmpty() ? "no AVX2" : String.join(" ", present));
    return flags.contains("avx2")
        ? Finding.ok("processor", text)
        : Finding.note(
            "processor",
            text,
            "Baseline kernels will run; a processor with AVX2 is several times faster.");
  }
}
