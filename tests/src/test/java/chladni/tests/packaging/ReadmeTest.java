package chladni.tests.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * All Java in the pages that teach the engine, compiled and run as a reader would: in a main method
 * below the imports that the engine's page names. A block of text right after it is what it prints.
 */
final class ReadmeTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path ENGINE_PAGE = ROOT.resolve("java/engine/README.md");
  private static final Path FIRST_PAGE = ROOT.resolve("README.md");

  private static final Pattern BLOCK =
      Pattern.compile("(?ms)^```java( prelude)?\\n(.*?)^```\\n(?:```text\\n(.*?)^```\\n)?");

  @TempDir private Path folder;

  /** A block of Java under its heading, with what the page says it prints, or null. */
  private record Snippet(String title, boolean prelude, String code, String output) {}

  private static List<Snippet> snippets(Path page) throws IOException {
    String text = Files.readString(page);
    List<Snippet> snippets = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      int heading = text.lastIndexOf("\n#", block.start()) + 1;
      String title = text.substring(heading, text.indexOf('\n', heading)).replace("#", "").strip();
      snippets.add(
          new Snippet(title, block.group(1) != null, block.group(2), block.group(3)));
    }
    return snippets;
  }

  private static String imports() throws IOException {
    return snippets(ENGINE_PAGE).stream().filter(Snippet::prelude).findFirst().orElseThrow().code();
  }

  @TestFactory
  Stream<DynamicTest> everyBlockRunsAndPrintsWhatThePageSays() throws IOException {
    String imports = imports();
    List<Snippet> all =
        Stream.concat(snippets(FIRST_PAGE).stream(), snippets(ENGINE_PAGE).stream())
            .filter(snippet -> !snippet.prelude())
            .toList();
    assertThat(all).hasSizeGreaterThan(8);
    return all.stream()
        .map(
            snippet ->
                DynamicTest.dynamicTest(
                    snippet.title(),
                    () -> {
                      String printed = run(imports, snippet.code());
                      if (snippet.output() != null) {
                        assertThat(printed).matches(pattern(snippet.output()));
                      }
                    }));
  }

  @Test
  void theFirstPageShowsTheTenLinesOfTheEnginesPage() throws IOException {
    assertThat(snippets(FIRST_PAGE).getFirst().code())
        .isEqualTo(
            snippets(ENGINE_PAGE).stream()
                .filter(snippet -> snippet.title().equals("Ten lines"))
                .findFirst()
                .orElseThrow()
                .code());
  }

  /** The text itself, but for an ellipsis, which stands for the rest of its line. */
  private static Pattern pattern(String text) {
    String[] parts = text.split("…", -1);
    return Pattern.compile(String.join(".*", Stream.of(parts).map(Pattern::quote).toList()));
  }

  private String run(String imports, String code) throws Exception {
    Path source = folder.resolve("Snippet.java");
    String body = "void main() throws Exception {\n" + code + "}\n";
    Files.writeString(source, imports + body);
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                errors,
                errors,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                source.toString());
    assertThat(status).as(errors + "\n" + code).isZero();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Class<?> snippet = loader.loadClass("Snippet");
      var constructor = snippet.getDeclaredConstructor();
      constructor.setAccessible(true);
      Method main = snippet.getDeclaredMethod("main");
      main.setAccessible(true);
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      main.invoke(constructor.newInstance());
    } finally {
      System.setOut(out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
