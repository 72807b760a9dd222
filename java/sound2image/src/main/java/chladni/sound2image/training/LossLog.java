package chladni.sound2image.training;

import chladni.engine.io.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A text file with one line a step. On resumption the lines after the checkpoint's step go, since
 * those steps are run again; a last line cut by a kill goes with them.
 */
abstract class LossLog implements AutoCloseable {
  private final Path file;
  private final BufferedWriter out;

  private LossLog(Path file, long step, ToLongFunction<String> stepOf, String header) {
    this.file = file;
    try {
      List<String> kept = new ArrayList<>();
      if (step > 0 && Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          long s = stepOf.applyAsLong(line);
          if (s > 0 && s <= step) {
            kept.add(line);
          }
        }
      }
      if (header != null) {
        kept.add(0, header);
      }
      AtomicFile.writeString(
          file, kept.isEmpty() ? "" : String.join("\n", kept) + "\n");
      out =
          Files.newBufferedWriter(
              file, StandardCharsets.UTF_8, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** JSON lines: {@code {"step":1,"G_L1":12.5}}. */
  static LossLog json(Path file, long step, List<String> names) {
    return new LossLog(file, step, LossLog::jsonStep, null) {
      @Override
      String line(long s, double[] values) {
        StringBuilder b = new StringBuilder("{\"step\":").append(s);
        for (int i = 0; i < values.length; i++) {
          b.append(",\"").append(names.get(i)).append("\":").append(values[i]);
        }
        return b.append('}').toString();
      }
    };
  }

  /** CSV with the header {@code step,NAME,...}. */
  static LossLog csv(Path file, long step, List<String> names) {
    return new LossLog(file, step, LossLog::csvStep, "step," + String.join(",", names)) {
      @Override
      String line(long s, double[] values) {
        StringBuilder b = new StringBuilder().append(s);
        for (double value : values) {
          b.append(',').append(value);
        }
        return b.toString();
      }
    };
  }

  abstract String line(long step, double[] values);

  void append(long step, double[] values) {
    try {
      out.write(line(step, values));
      out.write('\n');
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(
        file + ": the log of losses cannot be written (" + e.getMessage() + ")", e);
  }

  private static long jsonStep(String line) {
    int comma = line.indexOf(',');
    return line.startsWith("{\"step\":") && line.endsWith("}") && comma > 8
        ? number(line.substring(8, comma))
        : -1;
  }

  private static long csvStep(String line) {
    int comma = line.indexOf(',');
    return comma > 0 ? number(line.substring(0, comma)) : -1;
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
