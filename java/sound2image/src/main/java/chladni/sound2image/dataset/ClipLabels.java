package chladni.sound2image.dataset;

import chladni.engine.io.BadFileException;
import chladni.engine.io.NearestName;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A table of labels: one line a clip, its id, a tab, its label. Blank lines and lines that begin
 * with # are left out.
 */
public record ClipLabels(Path file, Map<String, String> labels) {
  private static final int SHOWN = 5;

  public ClipLabels {
    labels = Map.copyOf(labels);
  }

  /**
   * @throws BadFileException when a line is not of this form or names a clip again
   */
  public static ClipLabels read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new BadFileException(file, "labels must be UTF-8", "Save the file as such.", e);
    } catch (IOException e) {
      throw new BadFileException(
          file, "the labels cannot be read (" + e + ")", "Check the path.", e);
    }
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] fields = line.split("\t", -1);
      if (fields.length != 2 || fields[0].isBlank() || fields[1].isBlank()) {
        throw new BadFileException(
            file,
            "line %d must be a clip, a tab and its label, got '%s'".formatted(i + 1, line),
            "Correct the line.");
      }
      if (labels.put(fields[0].strip(), fields[1].strip()) != null) {
        throw new BadFileException(
            file, "line %d labels '%s' again".formatted(i + 1, fields[0]), "Keep one of them.");
      }
    }
    return new ClipLabels(file, labels);
  }

  /**
   * The same clips with these labels and no others.
   *
   * @throws BadFileException when a labelled clip is not among them
   */
  public ClipSet applyTo(ClipSet clips) {
    Set<String> known = new HashSet<>(clips.ids());
    List<String> unknown =
        labels.keySet().stream().filter(id -> !known.contains(id)).sorted().toList();
    if (!unknown.isEmpty()) {
      throw new BadFileException(
          file,
          "%d of its clips were not prepared: %s%s%s"
              .formatted(
                  unknown.size(),
                  String.join(", ", unknown.subList(0, Math.min(SHOWN, unknown.size()))),
                  unknown.size() > SHOWN ? ", ..." : "",
                  NearestName.hint(unknown.getFirst(), clips.ids())),
          "Write each clip as its path below the folder, without its ending.");
    }
    ClipSet labelled = clips.subset(IntStream.range(0, clips.size()).boxed().toList());
    for (int i = 0; i < clips.size(); i++) {
      labelled.labels().set(i, labels.get(clips.ids().get(i)));
    }
    return labelled;
  }
}
