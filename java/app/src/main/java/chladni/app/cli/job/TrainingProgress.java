package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.app.cli.progress.ProgressBar;
import chladni.sound2image.training.TrainingListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** One bar for each stage that trains, with its losses. */
public final class TrainingProgress implements TrainingListener, AutoCloseable {
  private final Terminal terminal;
  private String stage;
  private ProgressBar bar;

  public TrainingProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void step(String stage, long step, long total, List<String> names, double[] values) {
    if (!stage.equals(this.stage)) {
      close();
      this.stage = stage;
      bar = terminal.progress(stage, total);
      // A bar takes its first update for where the job began.
      bar.update(step - 1);
    }
    SequencedMap<String, Double> losses = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      losses.put(names.get(i), values[i]);
    }
    bar.update(step, losses);
  }

  @Override
  public void note(String text) {
    close();
    terminal.err().println(text);
    terminal.err().flush();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
      stage = null;
    }
  }
}
