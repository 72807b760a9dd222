package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The {@code name=value} words under one metadata key of a fixture. */
record Attributes(Map<String, String> values) {
  static Attributes parse(String words) {
    return new Attributes(
        Arrays.stream(words.split(" "))
            .map(word -> word.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])));
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name) {
    assertThat(values).containsKey(name);
    return values.get(name);
  }

  int integer(String name) {
    return Integer.parseInt(text(name));
  }

  double number(String name) {
    return Double.parseDouble(text(name));
  }

  boolean flag(String name) {
    return switch (text(name)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new AssertionError(name + " is neither true nor false: " + text(name));
    };
  }

  int[] integers(String name) {
    return Arrays.stream(text(name).split(",")).mapToInt(Integer::parseInt).toArray();
  }

  double[] numbers(String name) {
    return Arrays.stream(text(name).split(",")).mapToDouble(Double::parseDouble).toArray();
  }

  /** All values as numbers, by name. */
  Map<String, Double> weights() {
    return values.keySet().stream().collect(Collectors.toMap(Function.identity(), this::number));
  }
}
