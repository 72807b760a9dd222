package chladni.app.cli.progress;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Position, rate, current values and time left of one job. On a terminal it is one line that is
 * redrawn; elsewhere a new line every few seconds, so that a log stays readable. May be updated
 * from several threads.
 */
public final class ProgressBar implements AutoCloseable {
  private static final long REDRAW = Duration.ofMillis(100).toNanos();
  private static final long LOG_LINE = Duration.ofSeconds(5).toNanos();
  // Long enough to smooth a checkpoint, short enough to follow a change of speed.
  private static final long WINDOW = Duration.ofSeconds(15).toNanos();
  private static final int BAR = 20;

  private record Sample(long nanos, long done) {}

  private final PrintWriter out;
  private final int columns;
  private final LongSupplier clock;
  private final String label;
  private final long total;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private final long start;
  private long first = -1;
  private long done;
  private String values = "";
  private long drawn;
  private boolean closed;

  /**
   * @param columns width of the terminal, 0 when {@code out} is none
   * @param clock nanoseconds from any origin
   * @param total steps of the whole job
   */
  public ProgressBar(PrintWriter out, int columns, LongSupplier clock, String label, long total) {
    this.out = out;
    this.columns = columns;
    this.clock = clock;
    this.label = label;
    this.total = total;
    this.start = clock.getAsLong();
    this.drawn = start - LOG_LINE;
  }

  public void update(long done) {
    update(done, new LinkedHashMap<String, Number>());
  }

  /**
   * @param done steps done, counted from the job's very start; a resumed job begins above 0
   * @param values what to show beside it, such as losses
   */
  public synchronized void update(long done, SequencedMap<String, ? extends Number> values) {
    long now = clock.getAsLong();
    this.done = done;
    if (first < 0) {
      first = done;
      samples.add(new Sample(start, done));
    }
    this.values =
        values.entrySet().stream().map(ProgressBar::value).collect(Collectors.joining("  "));
    if (now - drawn >= (columns > 0 ? REDRAW : LOG_LINE)) {
      draw(now);
    }
  }

  /** Prints a line of its own, above the bar. */
  public synchronized void println(String message) {
    if (columns > 0) {
      out.print("\r\u001b[K" + message + System.lineSeparator());
      draw(clock.getAsLong());
    } else {
      out.println(message);
      out.flush();
    }
  }

  /** Draws the last state, with the time taken, and leaves the line. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    draw(clock.getAsLong());
    if (columns > 0) {
      out.println();
      out.flush();
    }
  }

  private void draw(long now) {
    drawn = now;
    samples.add(new Sample(now, done));
    while (samples.size() > 2 && now - samples.getFirst().nanos() > WINDOW) {
      samples.removeFirst();
    }
    String line = line(now);
    if (columns > 0) {
      // The last column stays empty: some terminals wrap as soon as it is written.
      String shown = line.length() < columns ? line : line.substring(0, columns - 1);
      out.print("\r" + shown + "\u001b[K");
    } else {
      out.println(line);
    }
    out.flush();
  }

  private String line(long now) {
    double fraction = total <= 0 ? 1 : Math.clamp((double) done / total, 0, 1);
    double rate = rate(now);
    StringBuilder line = new StringBuilder(label);
    line.append(String.format(Locale.ROOT, " %3d%% ", (int) (100 * fraction)));
    if (columns > 0) {
      int full = (int) (BAR * fraction);
      line.append('[').repeat("#", full).repeat(".", BAR - full).append("] ");
    }
    line.append(done).append('/').append(total);
    if (rate > 0) {
      line.append(String.format(Locale.ROOT, "  %.3g/s", rate));
    }
    if (closed) {
      line.append("  took ").append(time((now - start) / 1e9));
    } else if (rate > 0 && done < total) {
      line.append("  left ").append(time((total - done) / rate));
    }
    return values.isEmpty() ? line.toString() : line.append("  ").append(values).toString();
  }

  /** Over the window while running, over the whole job once closed. */
  private double rate(long now) {
    Sample from = closed ? new Sample(start, Math.max(first, 0)) : samples.getFirst();
    double seconds = (now - from.nanos()) / 1e9;
    return seconds <= 0 ? 0 : (done - from.done()) / seconds;
  }

  private static String time(double seconds) {
    if (seconds >= 360_000) {
      return "over 100 h";
    }
    long whole = Math.round(seconds);
    return whole >= 3600
        ? String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }

  private static String value(Map.Entry<String, ? extends Number> entry) {
    return entry.getKey()
        + " "
        + String.format(Locale.ROOT, "%.4g", entry.getValue().doubleValue());
  }
}
