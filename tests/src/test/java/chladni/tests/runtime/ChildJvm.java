package chladni.tests.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JVM of its own for what cannot be measured in one that other tests have used. */
public final class ChildJvm {
  private final List<String> prefix = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();

  /** A command that starts the JVM, such as {@code taskset}. */
  ChildJvm under(String... command) {
    prefix.addAll(List.of(command));
    return this;
  }

  public ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  public ChildJvm with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Loads a shared library before all others, after those that were named so before. */
  ChildJvm preload(String library) {
    environment.merge("LD_PRELOAD", library, (before, next) -> before + " " + next);
    return this;
  }

  /** Runs a main class; what it prints, both streams in one, after checking that it ended well. */
  public String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xshare:auto", "-Xmx256m"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
