package chladni.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a part found: PART.json in the folder of results, and a table of its rows at the end. */
final class Report {
  /** Milliseconds of a row beyond what the card needs at least. */
  static final String LOST = "lost_ms";

  private static final String CHECKS = "checks";
  private static final int MOST_ROWS = 12;

  private final Options options;
  private final long begun = System.nanoTime();
  private final Map<String, Object> json = new LinkedHashMap<>();
  private final Map<String, List<Map<String, Object>>> tables = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> notMeasured = new ArrayList<>();

  Report(Options options) throws IOException {
    this.options = options;
    put("part", options.part());
    put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    Path made = Path.of("..", "made.properties");
    if (Files.exists(made)) {
      Properties facts = new Properties();
      try (var in = Files.newBufferedReader(made)) {
        facts.load(in);
      }
      put("archive", new java.util.TreeMap<>(facts));
    }
    if (Options.softgpu()) {
      put("card", "none: the stand-ins computed it, at tiny sizes; its times mean nothing");
    }
  }

  void put(String key, Object value) {
    json.put(key, value);
  }

  /** The opened device, unless it is none. */
  void device(String description) {
    put("device", description);
    System.out.println(description);
  }

  /** A row of a table; the JSON has all of its columns, the printed table too. */
  void row(String table, Map<String, Object> row) {
    tables.computeIfAbsent(table, _ -> new ArrayList<>()).add(row);
  }

  /** Makes the part fail. */
  void problem(String what) {
    System.out.println("problem: " + what);
    problems.add(what);
  }

  /** What there was no time for, or what is not there to be measured: no failure. */
  void notMeasured(String what) {
    notMeasured.add(what);
  }

  /** A check with its outcome, printed as it is made. */
  void check(String what, boolean holds, Object seen) {
    System.out.printf("%-6s %s: %s%n", holds ? "ok" : "WRONG", what, seen);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("check", what);
    row.put("holds", holds);
    row.put("seen", seen.toString());
    row(CHECKS, row);
    if (!holds) {
      problems.add(what + ": " + seen);
    }
  }

  boolean isEmpty() {
    return tables.isEmpty();
  }

  boolean passed() {
    return problems.isEmpty();
  }

  /** The file, then the tables. */
  void write() throws IOException {
    put("seconds", Math.round((System.nanoTime() - begun) * 1e-9));
    put("passed", passed());
    put("problems", problems);
    put("not_measured", notMeasured);
    json.putAll(tables);
    Files.createDirectories(options.out());
    Path file = options.out().resolve(options.part() + ".json");
    JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValue(file.toFile(), json);
    tables.entrySet().stream()
        .filter(table -> !table.getKey().equals(CHECKS))
        .sorted(Comparator.comparing(table -> -table.getValue().size()))
        .forEach(table -> print(table.getKey(), table.getValue()));
    notMeasured.forEach(what -> System.out.println("not measured: " + what));
    if (Options.softgpu()) {
      System.out.println("No card was used: the stand-ins computed this.");
    }
    System.out.println(file);
  }

  /** A long table's rows that lose the most time; the JSON has them all. */
  private static void print(String name, List<Map<String, Object>> all) {
    boolean whole = all.size() <= MOST_ROWS || !all.getFirst().containsKey(LOST);
    List<Map<String, Object>> rows =
        whole
            ? all
            : all.stream()
                .sorted(Comparator.comparing(row -> -(double) row.get(LOST)))
                .limit(MOST_ROWS)
                .toList();
    System.out.printf(
        whole ? "%n%s%n" : "%n%s, the %d of %d that lose most%n", name, MOST_ROWS, all.size());
    List<String> columns = List.copyOf(rows.getFirst().keySet());
    int[] widths =
        columns.stream()
            .mapToInt(
                c ->
                    rows.stream()
                        .mapToInt(r -> text(r.get(c)).length())
                        .reduce(c.length(), Math::max))
            .toArray();
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(columns.get(i)).repeat(' ', widths[i] - columns.get(i).length() + 2);
    }
    System.out.println(line.toString().stripTrailing());
    for (Map<String, Object> row : rows) {
      line.setLength(0);
      for (int i = 0; i < widths.length; i++) {
        String cell = text(row.get(columns.get(i)));
        line.append(cell).repeat(' ', widths[i] - cell.length() + 2);
      }
      System.out.println(line.toString().stripTrailing());
    }
  }

  private static String text(Object value) {
    return value instanceof Double d ? String.format(Locale.ROOT, "%.4g", d) : String.valueOf(value);
  }
}
