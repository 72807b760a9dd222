package chladni.app.cli.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Native libraries on the class path and the graphics driver of the machine. */
final class Libraries {
  private static final List<String> BYTEDECO = List.of("dnnl", "ffmpeg");

  private Libraries() {}

  /** One finding per JavaCPP library that this build carries. */
  static List<Finding> onClassPath(ClassLoader loader) {
    List<Finding> findings = new ArrayList<>();
    for (String name : BYTEDECO) {
      Properties properties = new Properties();
      try (InputStream in =
          loader.getResourceAsStream("META-INF/maven/org.bytedeco/" + name + "/pom.properties")) {
        if (in == null) {
          continue;
        }
        properties.load(in);
      } catch (IOException e) {
        findings.add(
            Finding.problem(name, "its jar cannot be read (" + e + ")", "Delete java/app/target."));
        continue;
      }
      String version = properties.getProperty("version");
      boolean natives = loader.getResource("org/bytedeco/" + name + "/linux-x86_64/") != null;
      findings.add(
          natives
              ? Finding.ok(name, version + " with its native code for linux-x86_64")
              : Finding.problem(
                  name,
                  version + " without native code for linux-x86_64",
                  "Delete java/app/target and start ./chladni again."));
    }
    return findings;
  }

  /** The driver alone: whether the CUDA backend opens on it stands among the backends. */
  static Finding gpu(Path root) {
    try {
      String driver =
          Files.readString(root.resolve("proc/driver/nvidia/version"))
              .lines()
              .findFirst()
              .orElse("")
              .replaceAll(".*\\s(\\d+\\.\\d+(?:\\.\\d+)?)\\s.*", "$1");
      return Finding.ok("gpu", "NVIDIA driver " + driver);
    } catch (IOException _) {
      return Finding.note("gpu", "no NVIDIA driver", "Nothing to do: the CPU is used.");
    }
  }
}
