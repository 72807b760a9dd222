package chladni.sound2image.media;

import java.nio.file.Path;

/**
 * A media file that cannot be read or written. The reader that threw it stays usable: a caller that
 * goes through many files lists this one with its reason and takes the next.
 */
public final class MediaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why, and what the owner of the file can do about it. */
  public enum Reason {
    MISSING("Check the path and its permissions."),
    EMPTY("Copy or download the file again."),
    UNKNOWN_FORMAT("Give mp4, mkv, webm, mov or avi, or wav, mp3, flac, ogg or m4a."),
    FORMAT_REFUSED("Convert it to mp4, mkv, webm, mov or avi, or to wav, mp3, flac, ogg or m4a."),
    CODEC_REFUSED("Convert it, for example to H.264 with AAC."),
    NO_SOUND("Give a file with sound."),
    NO_PICTURE("Give a video, or read its sound alone."),
    TRUNCATED("Copy or download the file again."),
    CORRUPT("Copy or convert the file again."),
    TOO_LONG("Cut it into shorter pieces, or raise MediaLimits.maxDurationSeconds."),
    TOO_LARGE("Scale the video down, or raise MediaLimits.maxPixels."),
    OUT_OF_WINDOW("Choose an earlier start."),
    TIMEOUT("Leave the file out, or raise MediaLimits.maxWallSeconds."),
    MEMORY("Leave the file out, or raise MediaLimits.maxResidentMiB."),
    WORKER_DIED("Leave the file out; if every file fails, look at the worker's last words."),
    NOT_ENCODED("Choose another container, other codecs, or even sides.");

    private final String nextMove;

    Reason(String nextMove) {
      this.nextMove = nextMove;
    }

    /** One sentence that says what to do. */
    public String nextMove() {
      return nextMove;
    }
  }

  private final transient Path file;
  private final Reason reason;
  private final String detail;

  MediaException(Path file, Reason reason, String detail) {
    this(file, reason, detail, null);
  }

  MediaException(Path file, Reason reason, String detail, Throwable cause) {
    super("media '%s': %s. %s".formatted(file, detail, reason.nextMove()), cause);
    this.file = file;
    this.reason = reason;
    this.detail = detail;
  }

  /** The file that failed. */
  public Path file() {
    return file;
  }

  public Reason reason() {
    return reason;
  }

  /** What was found, without the file and the next move: the text for a table of failures. */
  public String detail() {
    return detail;
  }
}
