package chladni.sound2image.training;

import chladni.engine.backend.Precision;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import chladni.engine.io.AtomicFile;
import chladni.engine.io.BadFileException;
import chladni.engine.io.FileWriteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongToDoubleFunction;

/**
 * The loop around a training step. In its folder lie the newest {@link Checkpoint} (everything that
 * a resumed run needs) and the one before, {@code metrics.jsonl} (one line a step) and, at the end,
 * the weights. A resumed run continues bit for bit, and says so where it does not.
 *
 * <p>Each checkpoint follows its log to the disk: whatever kills the process or the machine, a log
 * has a line for every step up to the newest checkpoint.
 *
 * @param folder where everything goes; made if it is not there
 * @param stage what is trained, for listeners
 * @param steps the number of the last step
 * @param saveEvery steps between checkpoints; 0 saves at the end alone
 * @param resume continues from the folder's checkpoint, if there is one; else those there are go, so
 *     that a later resumption cannot take one of another run
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
  /** A log's lines are handed to the system this often, in steps, for those who watch it grow. */
  private static final int FLUSH = 20;

  /** How long losses may wait on a device that is busy, in nanoseconds, for those who watch. */
  private static final long WAIT = 1_000_000_000L;

  /** The log of losses that every folder has. */
  public static final String METRICS = "metrics.jsonl";

  /** With one more entry in the metadata. */
  public Trainer with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(metadata);
    more.put(key, value);
    return new Trainer(folder, stage, steps, saveEvery, resume, rate, csv, more, listener);
  }

  /**
   * Runs to the last step and saves.
   *
   * @return the steps run, less than {@link #steps} after a resumption
   * @throws NotFiniteException when a loss is not finite; the last checkpoint stands
   * @throws BadFileException when the checkpoint to resume from is damaged, or was made with another
   *     configuration or from other data, as {@link #metadata} tells
   * @throws FileWriteException when the disk refuses; the last checkpoint stands
   */
  public long run(TrainingStep training, Batches batches) {
    makeFolder(folder);
    if (csv != null) {
      makeFolder(csv.toAbsolutePath().getParent());
    }
    AtomicFile.removeLeftovers(folder);
    if (!resume) {
      Checkpoint.remove(folder);
    }
    Optional<Checkpoint> from =
        resume ? Checkpoint.newest(folder).map(Checkpoint::read) : Optional.empty();
    Map<String, String> origin = new LinkedHashMap<>(metadata);
    origin.putAll(MadeOn.of(training));
    from.ifPresent(checkpoint -> restore(checkpoint, training, origin));
    long done = from.map(Checkpoint::step).orElse(0L);
    List<String> names = training.losses();
    try (LossLog json =
            new LossLog(folder.resolve(METRICS), LossLog.Format.JSON, done, names);
        LossLog table = csv == null ? null : new LossLog(csv, LossLog.Format.CSV, done, names)) {
      noteMissing(json, done);
      List<LossLog> logs = table == null ? List.of(json) : List.of(json, table);
      long logged = done;
      long flushed = done;
      long read = System.nanoTime();
      for (long step = done + 1; step <= steps; step++) {
        writeInputs(training, batches, step, step == done + 1);
        training.program().start();
        boolean saves = step == steps || saveEvery > 0 && step % saveEvery == 0;
        // A device goes on while its losses wait to be read, all of them at once.
        if (saves
            || step - logged == training.history().length()
            || System.nanoTime() - read > WAIT
            || !training.program().isRunning()) {
          log(training, logged, step, logs);
          logged = step;
          read = System.nanoTime();
        }
        if (saves) {
          logs.forEach(LossLog::sync);
          checkFinite(training, step);
          Checkpoint.save(folder, training, step, stage, origin);
        } else if (logged - flushed >= FLUSH) {
          logs.forEach(LossLog::flush);
          flushed = logged;
        }
      }
    }
    origin.remove(Checkpoint.COMMAND);
    training.saveWeights(folder, origin);
    return Math.max(0, steps - done);
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new FileWriteException(folder, true, "Choose another folder.", e);
    }
  }

  private void restore(Checkpoint checkpoint, TrainingStep training, Map<String, String> origin) {
    checkpoint.checkConfiguration(stage, metadata);
    checkpoint.restore(training);
    String difference = MadeOn.difference(checkpoint.metadata(), origin);
    MadeOn.move(checkpoint, difference, origin);
    if (!difference.isEmpty()) {
      listener.note(
          "from step %d on this run is not bit-equal to one that was never stopped, since it goes on elsewhere: %s"
              .formatted(checkpoint.step() + 1, difference));
    }
  }

  private void noteMissing(LossLog log, long done) {
    if (log.kept() < done) {
      listener.note(
          "%s: it has lines for %d of the %d steps before the checkpoint"
              .formatted(log.file(), log.kept(), done));
    }
  }

  /**
   * @param first whether nothing was written yet
   */
  void writeInputs(TrainingStep training, Batches batches, long step, boolean first) {
    batches.write(step, training.program());
    if (rate != null && (first || rate(step) != rate(step - 1))) {
      training.program().write("lr", new float[] {rate(step)});
    }
  }

  private float rate(long step) {
    return (float) rate.applyAsDouble(step);
  }

  /** Logs the steps behind one that is logged, up to the newest. */
  private void log(TrainingStep training, long logged, long newest, List<LossLog> logs) {
    List<String> names = training.losses();
    double[][] rows =
        training.history().last(training.store(), Math.toIntExact(newest - logged));
    for (int i = 0; i < rows.length; i++) {
      long step = logged + 1 + i;
      double[] values = rows[i];
      for (int k = 0; k < values.length; k++) {
        if (!Double.isFinite(values[k])) {
          throw notFinite("loss '" + names.get(k) + "'", step, values[k]);
        }
      }
      logs.forEach(log -> log.append(step, values));
      listener.step(stage, step, steps, names, values);
    }
  }

  /** An update can overflow although its losses were finite: such a checkpoint would be no use. */
  private void checkFinite(TrainingStep training, long step) {
    for (Variable v : training.variables()) {
      if (v.type().dtype() == DType.FLOAT) {
        OptionalDouble bad = firstNotFinite(training.store(), v.name());
        if (bad.isPresent()) {
          throw notFinite("variable '" + v.name() + "'", step, bad.getAsDouble());
        }
      }
    }
  }

  private static OptionalDouble firstNotFinite(Store store, String variable) {
    if (store.precision() == Precision.FP64) {
      return Arrays.stream(store.doubles(variable)).filter(x -> !Double.isFinite(x)).findFirst();
    }
    for (float x : store.floats(variable)) {
      if (!Float.isFinite(x)) {
        return OptionalDouble.of(x);
      }
    }
    return OptionalDouble.empty();
  }

  private NotFiniteException notFinite(String subject, long step, double value) {
    return new NotFiniteException(
        subject, step, value, Checkpoint.newest(folder).orElse(null));
  }
}
