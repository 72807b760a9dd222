package chladni.tests.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    assertThat(ENTRIES.keySet()).allMatch(name -> name.matches("(chladni/engine|META-INF)/.*|module-info\\.class"));
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

  /** What the loader will ask of a machine, ours and oneDNN's libraries together. */
  @ParameterizedTest
  @CsvSource({"GLIBC_2., glibc from 2.%d", "GLIBCXX_3.4., GLIBCXX_3.4.%d"})
  void thePageOfTheEngineNamesTheOldestLibrariesThatServe(String symbols, String row)
      throws IOException {
    Pattern version = Pattern.compile(Pattern.quote(symbols) + "(\\d+)");
    int newest = 0;
    for (String library : List.of("libdnnl.so.3", "libgomp.so.1", "libchladni_cpu.so")) {
      Matcher matcher = version.matcher(text(library));
      while (matcher.find()) {
        newest = Math.max(newest, Integer.parseInt(matcher.group(1)));
      }
    }
    assertThat(Files.readString(ROOT.resolve("java/engine/README.md")))
        .contains(row.formatted(newest));
  }

  private static String text(String library) throws IOException {
    String place =
        library.contains("chladni") ? "chladni/engine/native/" : "org/bytedeco/dnnl/";
    try (InputStream in =
        Engine.class.getClassLoader().getResourceAsStream(place + "linux-x86_64/" + library)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
