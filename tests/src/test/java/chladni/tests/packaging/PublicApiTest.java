package chladni.tests.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The public names of the engine against the list of those that were promised. A change is made on
 * purpose, by rewriting the list: {@value #REWRITE}.
 */
final class PublicApiTest {
  private static final String REWRITE =
      "./mvnw verify -pl tests -am -Dtest=PublicApiTest -DfailIfNoTests=false"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dchladni.api.write=true";

  private static final Path PROMISED = Path.of("src/test/resources/api/chladni-engine.txt");

  /** What a change means for code that was compiled against the promised names. */
  private record Change(List<String> broken, List<String> unlisted) {
    static Change between(List<String> promised, List<String> now) {
      List<String> broken = new ArrayList<>(promised);
      broken.removeAll(now);
      List<String> unlisted = new ArrayList<>(now);
      unlisted.removeAll(promised);
      return new Change(broken, unlisted);
    }
  }

  @Test
  void whatWasPromisedIsThereAndWhatIsNewIsListed() throws IOException {
    List<String> now = PublicApi.ofEngine();
    assertThat(now).hasSizeGreaterThan(100);
    if (Boolean.getBoolean("chladni.api.write")) {
      Files.createDirectories(PROMISED.getParent());
      Files.write(PROMISED, now);
    }
    Change change = Change.between(Files.readAllLines(PROMISED), now);
    assertThat(change.broken())
        .as("gone or changed, which breaks callers; if it must be: " + REWRITE)
        .isEmpty();
    assertThat(change.unlisted())
        .as("public and not promised yet; hide it, mark it @Experimental, or promise it: " + REWRITE)
        .isEmpty();
  }

  @TempDir private Path folder;

  @Test
  void aRemovedMethodBreaks() throws IOException {
    Change change =
        change(
            "public final class A { public void f() {} public void g() {} }",
            "public final class A { public void f() {} }");
    assertThat(change.broken()).containsExactly("p.A.g()V : public");
    assertThat(change.unlisted()).isEmpty();
  }

  @Test
  void aChangedTypeBreaks() throws IOException {
    Change change =
        change(
            "public final class A { public int f(long x) { return 0; } }",
            "public final class A { public long f(long x) { return 0; } }");
    assertThat(change.broken()).containsExactly("p.A.f(J)I : public");
    assertThat(change.unlisted()).containsExactly("p.A.f(J)J : public");
  }

  @Test
  void aClassThatCanNoLongerBeExtendedBreaks() throws IOException {
    assertThat(change("public class A {}", "public final class A {}").broken())
        .containsExactly("p.A : public");
  }

  @Test
  void aConstantThatCallersHaveCompiledInBreaks() throws IOException {
    assertThat(
            change(
                    "public interface A { int N = 1; }",
                    "public interface A { int N = 2; }")
                .broken())
        .singleElement()
        .asString()
        .endsWith("= 1");
  }

  @Test
  void aTypeParameterThatChangesBreaks() throws IOException {
    assertThat(
            change(
                    "public interface A { java.util.List<String> f(); }",
                    "public interface A { java.util.List<Integer> f(); }")
                .broken())
        .hasSize(1);
  }

  @Test
  void aNewMethodIsAskedFor() throws IOException {
    Change change =
        change("public final class A {}", "public final class A { public void f() {} }");
    assertThat(change.broken()).isEmpty();
    assertThat(change.unlisted()).containsExactly("p.A.f()V : public");
  }

  @Test
  void aMethodMayMoveToAHiddenSuperclassButNotGo() throws IOException {
    String before = "public final class A { public static void f() {} }";
    assertThat(change(before, "public final class A extends B {} class B { public static void f() {} }"))
        .isEqualTo(new Change(List.of(), List.of()));
    assertThat(change(before, "public final class A extends B {} class B {}").broken())
        .containsExactly("p.A.f()V : public static");
  }

  @Test
  void whatIsHiddenOrExperimentalIsFree() throws IOException {
    String mark = "@chladni.engine.api.Experimental ";
    Change change =
        change(
            "public final class A { void f() {} " + mark + "public void g() {} }",
            "public final class A { private void f(int x) {} "
                + mark
                + "public interface B { class C {} } public record D() implements B {} }");
    assertThat(change).isEqualTo(new Change(List.of(), List.of()));
  }

  private Change change(String before, String after) throws IOException {
    return Change.between(api("before", before), api("after", after));
  }

  /** The public names of module p with one class A, in a package that it exports. */
  private List<String> api(String version, String source) throws IOException {
    Path sources = folder.resolve(version);
    Path classes = sources.resolve("classes");
    Map<String, String> files =
        Map.of(
            "module-info.java", "module p { exports p; exports chladni.engine.api; }",
            "p/A.java", "package p; " + source,
            "chladni/engine/api/Experimental.java",
                "package chladni.engine.api; public @interface Experimental {}");
    List<String> arguments = new ArrayList<>(List.of("-d", classes.toString()));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = sources.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      arguments.add(Files.writeString(path, file.getValue()).toString());
    }
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(status).as("compiles: " + source).isZero();
    return PublicApi.of(classes);
  }
}
