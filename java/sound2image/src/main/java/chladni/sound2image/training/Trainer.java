package chladni.sound2image.training;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.BadFileException;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.engine.io.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;

/**
 * The loop around a training step. In its folder lie {@code checkpoint.safetensors} (everything that
 * a resumed run needs), {@code metrics.jsonl} (one line a step) and, at the end, the weights. A
 * resumed run continues bit for bit.
 *
 * @param folder where everything goes; made if it is not there
 * @param stage what is trained, for listeners
 * @param steps the number of the last step
 * @param saveEvery steps between checkpoints; 0 saves at the end alone
 * @param resume continues from the folder's checkpoint, if there is one
 * @param rate the learning rate of a step counted from 1; null when the program has no input lr
 * @param csv a second log with the losses as CSV, or null
 * @param metadata the configuration, kept inside checkpoint and weights
 */
public record Trainer(
    Path folder,
    String stage,
    long steps,
    long saveEvery,
    boolean resume,
    LongToDoubleFunction rate,
    Path csv,
    Map<String, String> metadata,
    TrainingListener listener) {
  /** Losses read back a step at a time cost a copy each; the log is flushed this often, in steps. */
  private static final int FLUSH = 20;

  /** The file that a resumed run continues from. */
  public static final String CHECKPOINT = "checkpoint.safetensors";

  /**
   * What stands before entries of the metadata that say where a run was made. They may change when
   * it is resumed; all others must not.
   */
  public static final String MADE_ON = "made_on.";

  /**
   * Runs to the last step and saves.
   *
   * @return the steps run, less than {@link #steps} after a resumption
   * @throws NotFiniteException when a loss is not finite; the last checkpoint stands
   * @throws BadFileException when the checkpoint to resume from was made with another configuration
   *     or from other data, as {@link #metadata} tells
   */
  public long run(TrainingStep training, Batches batches) {
    try {
      Files.createDirectories(folder);
      if (csv != null && csv.toAbsolutePath().getParent() != null) {
        Files.createDirectories(csv.toAbsolutePath().getParent());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.removeLeftovers(folder);
    long done = resume ? restore(training) : 0;
    var names = training.losses();
    double[] values = new double[names.size()];
    try (LossLog json = LossLog.json(folder.resolve("metrics.jsonl"), done, names);
        LossLog table = csv == null ? null : LossLog.csv(csv, done, names)) {
      for (long step = done + 1; step <= steps; step++) {
        batches.write(step, training.program());
        if (rate != null) {
          training.program().write("lr", new float[] {(float) rate.applyAsDouble(step)});
        }
        training.program().run();
        for (int i = 0; i < values.length; i++) {
          values[i] = training.program().scalar(names.get(i));
          if (!Double.isFinite(values[i])) {
            throw new NotFiniteException(names.get(i), step, values[i]);
          }
        }
        json.append(step, values);
        if (table != null) {
          table.append(step, values);
        }
        listener.step(stage, step, steps, names, values);
        boolean save = step == steps || saveEvery > 0 && step % saveEvery == 0;
        if (save || step % FLUSH == 0) {
          json.flush();
          if (table != null) {
            table.flush();
          }
        }
        if (save) {
          save(training, step);
        }
      }
    }
    training.saveWeights(folder, metadata);
    return Math.max(0, steps - done);
  }

  private void save(TrainingStep training, long step) {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put("step", Long.toString(step));
    all.put("stage", stage);
    Weights.save(folder.resolve(CHECKPOINT), training.store(), training.variables(), "", all);
  }

  private long restore(TrainingStep training) {
    Path file = folder.resolve(CHECKPOINT);
    if (!Files.exists(file)) {
      return 0;
    }
    checkConfiguration(file);
    Map<String, String> found = Weights.load(file, training.store(), training.variables(), "");
    try {
      return Long.parseLong(found.getOrDefault("step", ""));
    } catch (NumberFormatException _) {
      throw new BadFileException(
          file,
          "a checkpoint must say its step, got '%s'.".formatted(found.get("step")),
          "Start again without --resume.");
    }
  }

  private void checkConfiguration(Path file) {
    Map<String, String> found;
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      found = tensors.metadata();
    }
    List<String> problems = new ArrayList<>();
    Map<String, String> asked = new LinkedHashMap<>(metadata);
    asked.put("stage", stage);
    asked.forEach(
        (key, value) -> {
          if (!key.startsWith(MADE_ON) && !value.equals(found.get(key))) {
            problems.add("%s was %s, is %s".formatted(key, found.get(key), value));
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
