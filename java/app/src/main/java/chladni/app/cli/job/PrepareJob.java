package chladni.app.cli.job;

import chladni.app.cli.ClipsOption;
import chladni.app.cli.Prepare;
import chladni.app.cli.Terminal;
import chladni.app.cli.progress.ProgressBar;
import chladni.engine.io.AtomicFile;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.Preparation;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.media.Container;
import chladni.sound2image.media.MediaLimits;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.media.VideoWriter;
import chladni.sound2image.network.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code prepare}: a folder of videos to the prepared clips of a run. */
public final class PrepareJob {
  /** How many failures are printed; all of them are in the folder's tables. */
  private static final int SHOWN = 20;

  private static final String SOURCE = "source.txt";

  private PrepareJob() {}

  public static void run(Prepare.Request request, Terminal terminal) throws IOException {
    int workers =
        request.workers() > 0
            ? request.workers()
            : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    Path target =
        prepare(
            request.data(),
            new RunFolder(request.run()),
            request.set(),
            request.seconds(),
            workers,
            terminal);
    if (request.keepMp3()) {
      keepMp3(target, terminal);
    }
    terminal.out().println(target);
  }

  /** Fills {@code set} of a run, or finds that it is filled already from the same videos. */
  static Path prepare(
      Path data,
      RunFolder run,
      ClipsOption.Set set,
      double seconds,
      int workers,
      Terminal terminal)
      throws IOException {
    if (!Files.isDirectory(data)) {
      throw new JobException(data + ": it must be a folder of videos. Check --data.");
    }
    Path target = run.prepared(set.toString());
    claim(target, data, seconds);
    Preparation.Result result;
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), workers);
        Bar bar = new Bar(terminal, "prepare " + set)) {
      result =
          new Preparation(data, target, Recipe.SMALL.side(), seconds).run(reader, bar::update);
    }
    result.failed().entrySet().stream()
        .limit(SHOWN)
        .forEach(e -> terminal.err().println("skipped " + e.getKey() + ": " + e.getValue()));
    if (result.failed().size() > SHOWN) {
      terminal
          .err()
          .println(
              "and %d more, listed in %s"
                  .formatted(result.failed().size() - SHOWN, target.resolve("failed-*.tsv")));
    }
    terminal
        .err()
        .println(
            "%d clips prepared, %d files skipped"
                .formatted(result.prepared(), result.failed().size()));
    return target;
  }

  /**
   * Notes in the folder what it is filled from, so that clips of two folders or lengths are never
   * mixed in it.
   */
  private static void claim(Path target, Path data, double seconds) throws IOException {
    String source = "%s%n%s seconds%n".formatted(data.toRealPath(), seconds);
    Path note = target.resolve(SOURCE);
    if (Files.exists(note)) {
      String before = Files.readString(note);
      if (!before.equals(source)) {
        throw new JobException(
            "%s: it holds clips of %s, now %s is asked for. Give another --out, or delete it first."
                .formatted(target, oneLine(before), oneLine(source)));
      }
      return;
    }
    Files.createDirectories(target);
    AtomicFile.writeString(note, source);
  }

  private static String oneLine(String note) {
    return note.strip().replaceAll("\\R", " at ");
  }

  private static void keepMp3(Path target, Terminal terminal) throws IOException {
    ClipSet clips = ClipSet.readFolder(target);
    Path folder = target.resolve("sounds");
    VideoWriter writer = VideoWriter.of(Container.MP3);
    try (ProgressBar bar = terminal.progress("mp3", clips.size())) {
      for (int i = 0; i < clips.size(); i++) {
        Path file = folder.resolve(clips.ids().get(i) + ".mp3");
        if (!Files.exists(file)) {
          Files.createDirectories(file.getParent());
          writer.writeSound(file, clips.sound(i));
        }
        bar.update(i + 1);
      }
    }
  }

  /** A bar whose total is known only once the files are counted. */
  private static final class Bar implements AutoCloseable {
    private final Terminal terminal;
    private final String label;
    private ProgressBar bar;

    Bar(Terminal terminal, String label) {
      this.terminal = terminal;
      this.label = label;
    }

    synchronized void update(int done, int total) {
      if (bar == null) {
        bar = terminal.progress(label, total);
        bar.update(0);
      }
      bar.update(done);
    }

    @Override
    public synchronized void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
