package chladni.sound2image.training;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.BadFileException;
import chladni.engine.io.FileWriteException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A text file with one line a step. On resumption the lines after the checkpoint's step go, since
 * those steps are run again; a last line cut by a kill goes with them. {@link #sync} comes before
 * every checkpoint, so that none is ever ahead of its log, whatever is killed or loses power.
 */
final class LossLog implements AutoCloseable {
  private static final long NONE = -1;

  /** How a step becomes a line, and a line a step again. */
  enum Format {
    /** {@code {"step":1,"G_L1":12.5}}. */
    JSON {
      @Override
      List<String> header(List<String> names) {
        return List.of();
      }

      @Override
      String line(long step, List<String> names, double[] values) {
        StringBuilder b = new StringBuilder("{\"step\":").append(step);
        for (int i = 0; i < values.length; i++) {
          b.append(",\"").append(names.get(i)).append("\":").append(values[i]);
        }
        return b.append('}').toString();
      }

      @Override
      long step(String line) {
        int comma = line.indexOf(',');
        return line.startsWith("{\"step\":") && comma > 8 ? number(line.substring(8, comma)) : NONE;
      }
    },
    /** The header {@code step,NAME,...}, then numbers. */
    CSV {
      @Override
      List<String> header(List<String> names) {
        return List.of("step," + String.join(",", names));
      }

      @Override
      String line(long step, List<String> names, double[] values) {
        StringBuilder b = new StringBuilder().append(step);
        for (double value : values) {
          b.append(',').append(value);
        }
        return b.toString();
      }

      @Override
      long step(String line) {
        return number(line.substring(0, Math.max(0, line.indexOf(','))));
      }
    };

    abstract List<String> header(List<String> names);

    abstract String line(long step, List<String> names, double[] values);

    /** The step of a line, or {@link #NONE} when this is no line of ours. */
    abstract long step(String line);
  }

  private final Path file;
  private final Format format;
  private final List<String> names;
  private final long kept;
  private final FileChannel out;
  private final StringBuilder pending = new StringBuilder();

  /**
   * @param done the checkpoint's step; lines up to it are kept
   */
  LossLog(Path file, Format format, long done, List<String> names) {
    this.file = file;
    this.format = format;
    this.names = names;
    List<String> lines = new ArrayList<>(format.header(names));
    if (done > 0) {
      lines.addAll(linesUpTo(done));
    }
    kept = lines.size() - format.header(names).size();
    AtomicFile.removeLeftoversOf(file);
    AtomicFile.writeString(file, lines.isEmpty() ? "" : String.join("\n", lines) + "\n");
    try {
      out = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  Path file() {
    return file;
  }

  /** How many steps up to the checkpoint's have a line. */
  long kept() {
    return kept;
  }

  void append(long step, double[] values) {
    pending.append(format.line(step, names, values)).append('\n');
  }

  /** Hands the lines to the system, where a kill of this process does not reach them. */
  void flush() {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(pending.toString());
    // Cleared first: what a failed write has left half done must not be written again by close.
    pending.setLength(0);
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Brings the lines to the disk. */
  void sync() {
    flush();
    try {
      out.force(true);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private FileWriteException failed(IOException e) {
    return new FileWriteException(
        file,
        false,
        "Its lines up to the last checkpoint stand; free some space and go on with --resume.",
        e);
  }

  private List<String> linesUpTo(long done) {
    List<String> lines = new ArrayList<>();
    if (!Files.exists(file)) {
      return lines;
    }
    String text;
    try {
      // Bytes that are no text, as a power cut leaves them, belong to no line of ours.
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new BadFileException(
          file, "the log of losses cannot be read (" + e + ")", "Check its permissions.", e);
    }
    long last = 0;
    // A line without its end was cut.
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
      long step = format.step(line);
      if (step > last && step <= done) {
        lines.add(line);
        last = step;
      }
    }
    return lines;
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      return NONE;
    }
  }

  @Override
  public void close() {
    try (out) {
      flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
