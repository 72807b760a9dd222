package chladni.app.cli.job;

import chladni.app.cli.Select;
import chladni.app.cli.Terminal;
import chladni.engine.Engine;
import chladni.engine.backend.Backend;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.Fingerprint;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.dataset.Selection;
import chladni.sound2image.features.Encoders;
import chladni.sound2image.features.FeatureTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code select}: labels every clip of the corpus with both encoders, keeps those on which they
 * agree, and writes the features of the kept ones. The features remember what they were made from,
 * so that a later training can tell whether they still hold.
 */
public final class SelectJob {
  private static final double HELD_OUT = 0.1;
  private static final int ALL = 0;
  private static final String MADE_FROM = "made_from";
  private static final int HEAD = 1 << 16;

  private SelectJob() {}

  public static void run(Select.Request request, Terminal terminal) throws IOException {
    RunFolder run = new RunFolder(request.run());
    try (Engine engine = Backends.open(request.device(), terminal)) {
      make(engine.backend(), run, request.heldOut(), request.perClass(), terminal);
    }
    terminal.out().println(run.selection());
    terminal.out().println(run.features());
  }

  /**
   * The features of the selected clips: those of the run when they were made by its present encoders
   * from its present clips, else new ones.
   */
  static FeatureTable features(Backend backend, RunFolder run, Terminal terminal)
      throws IOException {
    Needs.encoders(run);
    if (Files.exists(run.features())) {
      Map<String, String> metadata;
      try (SafeTensorsFile file = SafeTensors.read(run.features())) {
        metadata = file.metadata();
      }
      String madeFrom = metadata.get(MADE_FROM);
      // Features without this note come with a whole run, which has made them last.
      if (madeFrom == null || madeFrom.equals(madeFrom(run))) {
        return FeatureTable.read(run.features());
      }
      terminal
          .err()
          .println("the encoders or the clips have changed since the selection: selecting again");
    } else {
      terminal.err().println("no selection yet: selecting");
    }
    return make(backend, run, HELD_OUT, ALL, terminal);
  }

  private static FeatureTable make(
      Backend backend, RunFolder run, double heldOut, int perClass, Terminal terminal)
      throws IOException {
    Needs.encoders(run);
    ClipSet clips = ClipSet.readFolder(run.prepared("corpus"));
    try (Encoders encoders = Encoders.load(backend, run)) {
      if (clips.samples() != encoders.recipe().samples()
          || clips.side() != encoders.recipe().side()) {
        throw new JobException(
            "%s: its clips must have the sizes that the encoders learned, got %d samples and %d pixels where they take %d and %d. Prepare it with --seconds %s."
                .formatted(
                    run.prepared("corpus"),
                    clips.samples(),
                    clips.side(),
                    encoders.recipe().samples(),
                    encoders.recipe().side(),
                    encoders.recipe().seconds()));
      }
      Encoders.Output pictures = encoders.pictures(clips);
      Encoders.Output sounds = encoders.sounds(clips);
      Selection selection =
          Selection.of(
              clips.ids(), pictures.probabilities(), sounds.probabilities(), heldOut, perClass);
      List<Integer> train = selection.positions(false);
      List<Integer> test = selection.positions(true);
      terminal
          .err()
          .println(
              "%d clips: %d kept, %d of them for training and %d held out"
                  .formatted(
                      clips.size(), train.size() + test.size(), train.size(), test.size()));
      if (train.isEmpty()) {
        throw new JobException(
            "%s: no clip is left to train on, since both encoders never agree. Train the encoders longer or on more clips."
                .formatted(run.prepared("corpus")));
      }
      selection.write(run.selection(), encoders.classes());
      FeatureTable table = FeatureTable.of(selection, pictures.features(), sounds.features());
      Map<String, String> metadata = new LinkedHashMap<>(encoders.recipe().toMetadata());
      metadata.put("held_out", Double.toString(heldOut));
      metadata.put("per_class", Integer.toString(perClass));
      metadata.put(MADE_FROM, madeFrom(run));
      table.write(run.features(), metadata);
      return table;
    }
  }

  private static String madeFrom(RunFolder run) throws IOException {
    Fingerprint fingerprint = new Fingerprint();
    addHead(fingerprint, run.pictureEncoder().resolve(Encoders.PICTURE));
    addHead(fingerprint, run.soundEncoder().resolve(Encoders.SOUND));
    Path corpus = run.prepared("corpus");
    if (Files.isDirectory(corpus)) {
      try (Stream<Path> files = Files.list(corpus)) {
        for (Path shard :
            files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList()) {
          addHead(fingerprint, shard);
        }
      }
    }
    return fingerprint.toString();
  }

  /** Our files begin with the checksum of their data, so their beginning stands for all of them. */
  private static void addHead(Fingerprint fingerprint, Path file) throws IOException {
    byte[] head;
    try (var in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD);
    }
    fingerprint.add(Long.toString(Files.size(file))).add(head);
  }
}
