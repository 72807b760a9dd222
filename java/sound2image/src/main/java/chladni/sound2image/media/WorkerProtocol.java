package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The frames that reader and worker exchange over two pipes, big-endian, each led by a magic
 * number. The worker parses files of strangers, so the reader checks every length in an answer
 * before it allocates.
 */
final class WorkerProtocol {
  private static final int REQUEST = 0x43484c51;
  private static final int ANSWER = 0x43484c41;
  private static final int MAX_TEXT = 1000;

  private WorkerProtocol() {}

  /** One job for a worker. */
  sealed interface Request {
    Path file();

    /** Frames and sound of a window. */
    record OfVideo(Path file, VideoRequest video) implements Request {}

    /** Sound from the beginning. */
    record OfSound(Path file, double seconds) implements Request {}
  }

  static void writeLimits(DataOutputStream out, MediaLimits limits) throws IOException {
    out.writeDouble(limits.maxSeconds());
    out.writeDouble(limits.maxDurationSeconds());
    out.writeLong(limits.maxPixels());
    out.writeDouble(limits.maxWallSeconds());
    out.writeInt(limits.maxResidentMiB());
    writeNames(out, limits.formats());
    writeNames(out, limits.codecs());
    out.flush();
  }

  static MediaLimits readLimits(DataInputStream in) throws IOException {
    return new MediaLimits(
        in.readDouble(),
        in.readDouble(),
        in.readLong(),
        in.readDouble(),
        in.readInt(),
        readNames(in),
        readNames(in));
  }

  private static void writeNames(DataOutputStream out, Set<String> names) throws IOException {
    out.writeInt(names.size());
    for (String name : names) {
      out.writeUTF(name);
    }
  }

  private static Set<String> readNames(DataInputStream in) throws IOException {
    Set<String> names = new HashSet<>();
    for (int left = in.readInt(); left > 0; left--) {
      names.add(in.readUTF());
    }
    return names;
  }

  static void writeReady(DataOutputStream out) throws IOException {
    out.writeInt(ANSWER);
    out.flush();
  }

  static void readReady(DataInputStream in) throws IOException {
    expect(in, ANSWER);
  }

  static void write(DataOutputStream out, Request request) throws IOException {
    out.writeInt(REQUEST);
    out.writeUTF(request.file().toAbsolutePath().toString());
    switch (request) {
      case Request.OfVideo(Path _, VideoRequest video) -> {
        out.writeInt(video.frames());
        out.writeInt(video.size());
        out.writeDouble(video.startSeconds());
        out.writeDouble(video.seconds());
      }
      case Request.OfSound(Path _, double seconds) -> {
        out.writeInt(0);
        out.writeDouble(seconds);
      }
    }
    out.flush();
  }

  static Request readRequest(DataInputStream in) throws IOException {
    expect(in, REQUEST);
    Path file = Path.of(in.readUTF());
    int frames = in.readInt();
    return frames == 0
        ? new Request.OfSound(file, in.readDouble())
        : new Request.OfVideo(
            file, new VideoRequest(frames, in.readInt(), in.readDouble(), in.readDouble()));
  }

  static void writeAnswer(DataOutputStream out, List<Picture> frames, Waveform sound)
      throws IOException {
    out.writeInt(ANSWER);
    out.writeByte(0);
    out.writeInt(frames.size());
    for (Picture frame : frames) {
      out.writeInt(frame.width());
      out.writeInt(frame.height());
      out.write(frame.rgb());
    }
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * sound.samples().length);
    bytes.asFloatBuffer().put(sound.samples());
    out.writeInt(sound.samples().length);
    out.write(bytes.array());
    out.flush();
  }

  static void writeFailure(DataOutputStream out, Reason reason, String detail)
      throws IOException {
    out.writeInt(ANSWER);
    out.writeByte(1);
    out.writeByte(reason.ordinal());
    out.writeUTF(detail.substring(0, Math.min(MAX_TEXT, detail.length())));
    out.flush();
  }

  /**
   * Reads the answer to a request.
   *
   * @throws MediaException if the worker reports a failure
   * @throws IOException if the answer is cut short or could not have been asked for
   */
  static Clip readAnswer(DataInputStream in, Request request, MediaLimits limits)
      throws IOException {
    expect(in, ANSWER);
    if (in.readByte() != 0) {
      Reason reason = Reason.values()[in.readUnsignedByte() % Reason.values().length];
      throw new MediaException(request.file(), reason, in.readUTF());
    }
    int count = in.readInt();
    int expected = request instanceof Request.OfVideo(Path _, VideoRequest v) ? v.frames() : 0;
    require(count == expected, "frames", count);
    List<Picture> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int width = in.readInt();
      int height = in.readInt();
      require(width > 0 && height > 0, "width", width);
      require((long) width * height <= limits.maxPixels(), "height", height);
      byte[] rgb = new byte[3 * width * height];
      in.readFully(rgb);
      frames.add(new Picture(width, height, rgb));
    }
    int length = in.readInt();
    require(length > 0 && length <= limits.maxSeconds() * Waveform.RATE + 1, "samples", length);
    byte[] bytes = new byte[Float.BYTES * length];
    in.readFully(bytes);
    float[] samples = new float[length];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(samples);
    return new Clip(frames, new Waveform(samples, Waveform.RATE));
  }

  private static void expect(DataInputStream in, int magic) throws IOException {
    int found = in.readInt();
    require(found == magic, "magic", found);
  }

  private static void require(boolean holds, String field, int value)
      throws StreamCorruptedException {
    if (!holds) {
      throw new StreamCorruptedException(
          "worker's answer: impossible %s %d".formatted(field, value));
    }
  }
}
