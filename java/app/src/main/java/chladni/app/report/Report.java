package chladni.app.report;

import chladni.engine.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes {@code index.html}, one page that needs nothing else, and {@code metrics.json}, the
 * same figures for programs ({@link Metrics} lists the keys).
 */
public final class Report {
  /** No page is larger, in bytes: pictures, sounds and rows are counted to stay below it. */
  public static final int MAX_BYTES = 8 << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private Report() {}

  /**
   * Writes both files into {@code dir}, which is created where it is missing. Each is replaced whole
   * or not at all.
   *
   * @throws IllegalStateException if the page would exceed {@link #MAX_BYTES}
   */
  public static void write(Path dir, ReportData data) {
    List<Metric> metrics = Metrics.of(data);
    String page = Page.of(data, metrics);
    int size = page.getBytes(StandardCharsets.UTF_8).length;
    if (size > MAX_BYTES) {
      throw new IllegalStateException(
          "report: the page must stay below %d bytes, got %d. Give shorter tables or labels."
              .formatted(MAX_BYTES, size));
    }
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "report: folder '%s' cannot be created. Check its parent.".formatted(dir), e);
    }
    AtomicFile.writeString(dir.resolve("metrics.json"), json(data.header().seed(), metrics));
    AtomicFile.writeString(dir.resolve("index.html"), page);
  }

  private static String json(long seed, List<Metric> metrics) {
    ObjectNode root = JSON.createObjectNode();
    root.put("seed", seed);
    for (Metric metric : metrics) {
      double value = metric.value();
      if (!Double.isFinite(value)) {
        root.putNull(metric.key());
      } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
        root.put(metric.key(), (long) value);
      } else {
        root.put(metric.key(), value);
      }
    }
    return JSON.writeValueAsString(root) + "\n";
  }
}
