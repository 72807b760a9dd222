package chladni.app.cli;

import chladni.app.cli.progress.ProgressBar;
import java.io.PrintWriter;

/**
 * Where a command speaks.
 *
 * @param out results
 * @param err progress and messages
 * @param columns width of the terminal behind {@code err}, 0 when it is none
 */
public record Terminal(PrintWriter out, PrintWriter err, int columns) {
  /** A bar on {@code err}; close it before printing anything else there. */
  public ProgressBar progress(String label, long total) {
    return new ProgressBar(err, columns, System::nanoTime, label, total);
  }

  /** What the launcher found: Java itself cannot ask whether its error stream is a terminal. */
  static int columnsFromLauncher() {
    return Math.max(0, Integer.getInteger("chladni.columns", 0));
  }
}
