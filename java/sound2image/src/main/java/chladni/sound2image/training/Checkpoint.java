package chladni.sound2image.training;

import chladni.engine.backend.Backend;
import chladni.engine.io.BadFileException;
import chladni.engine.io.FileWriteException;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.engine.io.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a training goes on from: every variable, the step after which it was taken, and the
 * configuration in its metadata.
 *
 * <p>A folder has the newest as {@value #FILE} and the one before it as {@value #PREVIOUS}. Each
 * appears whole or not at all; for the moment between two renames the newest has the older name
 * alone. One that was damaged later is refused by its checksum, never passed over in silence: its
 * owner moves it away to go on from the one before.
 *
 * @param metadata all of it, {@code step} and {@code stage} included
 */
public record Checkpoint(Path file, long step, Map<String, String> metadata) {
  /** The newest checkpoint. */
  public static final String FILE = "checkpoint.safetensors";

  /** The checkpoint before it. */
  public static final String PREVIOUS = "checkpoint.previous.safetensors";

  /**
   * What stands before entries of the metadata that say where and how a run was made. They may
   * change when it is resumed; all others must not.
   */
  public static final String MADE_ON = "made_on.";

  /** The command that trains so, by which a replay builds everything again; not in weights. */
  public static final String COMMAND = MADE_ON + "command";

  private static final String STEP = "step";
  private static final String STAGE = "stage";

  /** The name under which a folder has its newest checkpoint, if it has one. */
  public static Optional<Path> newest(Path folder) {
    for (String name : List.of(FILE, PREVIOUS)) {
      if (Files.exists(folder.resolve(name))) {
        return Optional.of(folder.resolve(name));
      }
    }
    return Optional.empty();
  }

  /** Removes both. */
  static void remove(Path folder) {
    for (String name : List.of(PREVIOUS, FILE)) {
      try {
        Files.deleteIfExists(folder.resolve(name));
      } catch (IOException e) {
        throw new FileWriteException(
            folder.resolve(name), true, "A new run cannot begin beside it: remove it.", e);
      }
    }
  }

  /**
   * Reads what a checkpoint says of itself, once its checksum holds.
   *
   * @throws BadFileException when it is damaged or none; names the one before it where there is one
   */
  public static Checkpoint read(Path file) {
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      if (!tensors.verified()) {
        throw new BadFileException(
            file,
            "a checkpoint must have its checksum, which this file has not",
            "It is damaged or of another program; start again without --resume.");
      }
      Map<String, String> metadata = tensors.metadata();
      return new Checkpoint(file, step(file, metadata.get(STEP)), metadata);
    } catch (BadFileException e) {
      Path previous = file.resolveSibling(PREVIOUS);
      if (file.equals(previous) || !Files.exists(previous)) {
        throw e;
      }
      throw new BadFileException(
          file,
          "the checkpoint cannot be used (" + e.getMessage() + ")",
          "Move it away to go on from the one before it, " + previous.getFileName() + ".",
          e);
    }
  }

  private static long step(Path file, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new BadFileException(
          file,
          "a checkpoint must say its step, got '%s'".formatted(text),
          "Start again without --resume.");
    }
  }

  /** What is trained, as its listener is told. */
  public String stage() {
    return metadata.getOrDefault(STAGE, "");
  }

  /** Writes a folder's newest; the one that was becomes the one before. */
  static void save(
      Path folder, TrainingStep training, long step, String stage, Map<String, String> metadata) {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(STEP, Long.toString(step));
    all.put(STAGE, stage);
    Weights.save(
        folder.resolve(FILE),
        folder.resolve(PREVIOUS),
        training.store(),
        training.variables(),
        "",
        all);
  }

  /**
   * Makes programs that are compiled from now on take the implementations that this training took,
   * which is what it takes to go on bit for bit. To be called before the training is built.
   */
  public void adopt(Backend backend) {
    backend.adopt(MadeOn.choices(metadata));
  }

  /**
   * Puts everything back.
   *
   * @throws BadFileException when it does not fit; nothing has changed then
   */
  void restore(TrainingStep training) {
    Weights.load(file, training.store(), training.variables(), "");
  }

  /**
   * @throws BadFileException when it was made with another configuration or from other data
   */
  void checkConfiguration(String stage, Map<String, String> configuration) {
    List<String> problems = new ArrayList<>();
    Map<String, String> asked = new LinkedHashMap<>(configuration);
    asked.put(STAGE, stage);
    asked.forEach(
        (key, value) -> {
          if (!key.startsWith(MADE_ON) && !value.equals(metadata.get(key))) {
            problems.add("%s was %s, is %s".formatted(key, metadata.get(key), value));
          }
        });
    if (!problems.isEmpty()) {
      throw new BadFileException(
          file,
          "a resumed run must have the configuration and data that it began with: "
              + String.join("; ", problems),
          "Give the options of its beginning, or start again in another folder.");
    }
  }
}
