package chladni.tests.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the engine's jar holds, byte by byte. */
@Packaged
final class EngineJarTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Map<String, byte[]> ENTRIES = new LinkedHashMap<>();

  @BeforeAll
  static void open() throws IOException {
    try (JarFile jar = new JarFile(System.getProperty("chladni.engine.jar"))) {
      for (JarEntry entry : jar.stream().filter(e -> !e.isDirectory()).toList()) {
        try (InputStream in = jar.getInputStream(entry)) {
          ENTRIES.put(entry.getName(), in.readAllBytes());
        }
      }
    }
  }

  @Test
  void itHoldsOneNativeLibrary() {
    assertThat(ENTRIES.keySet().stream().filter(name -> name.matches(".*\\.(so|dll|dylib)(\\..*)?")))
        .containsExactly("chladni/engine/native/linux-x86_64/libchladni_cpu.so");
  }

  @Test
  void itHoldsClassesOfTheEngineAndNothingOfOthers() {
    assertThat(ENTRIES.keySet()).allMatch(name -> name.matches("(chladni/engine|META-INF)/.*"));
  }

  @Test
  void itKnowsNothingOfTheMachineThatBuiltIt() {
    String user = System.getProperty("user.home");
    ENTRIES.forEach(
        (name, bytes) -> {
          String text = new String(bytes, StandardCharsets.ISO_8859_1);
          assertThat(text.contains(ROOT.toString())).as("%s names %s", name, ROOT).isFalse();
          assertThat(text.contains(user)).as("%s names %s", name, user).isFalse();
        });
  }

  @Test
  void itTellsItsLicenceAndWhatItStandsOn() {
    assertThat(new String(ENTRIES.get("META-INF/LICENSE"), StandardCharsets.UTF_8))
        .contains("Apache License");
    assertThat(new String(ENTRIES.get("META-INF/NOTICE"), StandardCharsets.UTF_8))
        .contains("oneDNN")
        .contains("libgomp");
  }
}
