package chladni.sound2image.media;

import chladni.engine.io.AtomicFile;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes videos and sounds. The same input gives the same bytes: no time stamp, no encoder's
 * version. A file appears whole or not at all. Safe to use from many threads.
 *
 * @param container the kind of file
 * @param video encoder for pictures; null where the container holds sound alone
 * @param sound encoder for sound
 */
public record VideoWriter(Container container, VideoCodec video, SoundCodec sound) {
  /** Longest clip; it is encoded in memory. */
  private static final double MAX_SECONDS = 3600;

  public VideoWriter {
    if ((video != null) != container.holdsVideo()) {
      throw new IllegalArgumentException(
          "video writer: %s and video codec %s do not go together. Use VideoWriter.of(container)."
              .formatted(container, video));
    }
  }

  /** The usual codecs of a container. */
  public static VideoWriter of(Container container) {
    return new VideoWriter(container, container.video(), container.sound());
  }

  /** The usual codecs of the container that the file's extension names. */
  public static VideoWriter of(Path file) {
    return of(Container.of(file));
  }

  /**
   * Writes frames and sound; both start at 0.
   *
   * @param frames at least one, all of one size
   * @param framesPerSecond how long a frame stays
   * @throws MediaException if the codec refuses the content
   * @throws chladni.engine.io.FileWriteException if the file cannot be written
   */
  public void write(Path file, List<Picture> frames, double framesPerSecond, Waveform sound) {
    if (video == null) {
      throw new IllegalArgumentException(
          "video writer: %s holds no pictures. Use writeSound, or another container."
              .formatted(container));
    }
    requireFrames(frames, framesPerSecond);
    requireLength(sound);
    save(file, encode(file, frames, framesPerSecond, sound));
  }

  /**
   * Writes sound alone; into a video container, too.
   *
   * @throws MediaException if the codec refuses the content
   * @throws chladni.engine.io.FileWriteException if the file cannot be written
   */
  public void writeSound(Path file, Waveform sound) {
    requireLength(sound);
    save(file, encode(file, List.of(), 1, sound));
  }

  private static void save(Path file, byte[] bytes) {
    AtomicFile.writeStream(file, out -> out.write(bytes));
  }

  private byte[] encode(Path file, List<Picture> frames, double framesPerSecond, Waveform sound) {
    FFmpeg.begin();
    try (Muxer muxer = new Muxer(file, container);
        FrameEncoder pictures =
            frames.isEmpty() ? null : new FrameEncoder(muxer, video, frames, framesPerSecond);
        SoundEncoder sounds = new SoundEncoder(muxer, this.sound, sound)) {
      muxer.start();
      while (pictures != null && !pictures.finished() || !sounds.finished()) {
        boolean pictureIsNext =
            pictures != null
                && !pictures.finished()
                && (sounds.finished() || pictures.seconds() <= sounds.seconds());
        if (pictureIsNext) {
          pictures.encodeNext();
        } else {
          sounds.encodeNext();
        }
      }
      return muxer.finish();
    }
  }

  private static void requireFrames(List<Picture> frames, double framesPerSecond) {
    if (frames.isEmpty()) {
      throw new IllegalArgumentException(
          "video writer: there must be at least one frame, got none. Use writeSound for sound.");
    }
    if (!(framesPerSecond >= 0.1 && framesPerSecond <= 240)) {
      throw new IllegalArgumentException(
          "video writer: frames per second must lie in [0.1, 240], got %s. Repeat or drop frames."
              .formatted(framesPerSecond));
    }
    Picture first = frames.getFirst();
    for (Picture frame : frames) {
      if (frame.width() != first.width() || frame.height() != first.height()) {
        throw new IllegalArgumentException(
            "video writer: all frames must have one size, got %d x %d and %d x %d. Resize them."
                .formatted(first.width(), first.height(), frame.width(), frame.height()));
      }
    }
  }

  private static void requireLength(Waveform sound) {
    if (sound.seconds() > MAX_SECONDS) {
      throw new IllegalArgumentException(
          "video writer: a clip lasts at most %.0f s, got %.0f. Write it in pieces."
              .formatted(MAX_SECONDS, sound.seconds()));
    }
  }
}
