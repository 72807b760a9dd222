package chladni.app.demo;

import chladni.app.report.LossCurves;
import chladni.engine.io.BadFileException;
import chladni.sound2image.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the metrics.jsonl of a training for its curves. */
public final class LossFile {
  private LossFile() {}

  public static LossCurves read(String network, Path folder) {
    Path file = folder.resolve(Trainer.METRICS);
    JsonMapper json = JsonMapper.shared();
    Map<String, List<Double>> values = new LinkedHashMap<>();
    List<Double> steps = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        JsonNode node = json.readTree(line);
        steps.add(node.get("step").asDouble());
        node.properties().stream()
            .filter(p -> !p.getKey().equals("step"))
            .forEach(
                p ->
                    values
                        .computeIfAbsent(p.getKey(), _ -> new ArrayList<>())
                        .add(p.getValue().asDouble()));
      }
    } catch (IOException e) {
      throw new BadFileException(file, "the losses cannot be read", "Train the network again.", e);
    }
    double[] x = array(steps);
    return new LossCurves(
        network,
        "%d steps".formatted(x.length),
        values.entrySet().stream()
            .map(e -> new LossCurves.Series(e.getKey(), x, array(e.getValue())))
            .toList());
  }

  private static double[] array(List<Double> list) {
    return list.stream().mapToDouble(v -> v).toArray();
  }
}
