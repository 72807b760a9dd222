package chladni.sound2image.media;

/**
 * What to read of a video.
 *
 * <p>The window starts at {@code startSeconds} and is as long as {@code seconds} or as the file
 * lasts, whichever is shorter. Frame i of n is the picture on the screen at (i + 0.5) / n of the
 * window, so that one frame is the middle one and n frames stand evenly.
 *
 * @param frames number of frames, at least 1
 * @param size side of the square pictures in pixels (the short side is resized to it, the centre is
 *     cropped); 0 keeps the video's own size
 * @param startSeconds where the window starts, at least 0
 * @param seconds length of the window, more than 0
 */
public record VideoRequest(int frames, int size, double startSeconds, double seconds) {
  /** More frames than any of our networks looks at in one clip. */
  static final int MAX_FRAMES = 1024;

  public VideoRequest {
    if (frames < 1 || frames > MAX_FRAMES) {
      throw new IllegalArgumentException(
          "video request: frames must lie in [1, %d], got %d. For sound alone use readSound."
              .formatted(MAX_FRAMES, frames));
    }
    if (size < 0 || size > Picture.MAX_SIDE) {
      throw new IllegalArgumentException(
          "video request: size must lie in [0, %d], got %d. Use 0 for the video's own size."
              .formatted(Picture.MAX_SIDE, size));
    }
    if (!(startSeconds >= 0 && startSeconds < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "video request: start must be finite and at least 0 s, got %s. Use 0 for the beginning."
              .formatted(startSeconds));
    }
    if (!(seconds > 0 && seconds < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "video request: seconds must be finite and more than 0, got %s. Give the clip's length."
              .formatted(seconds));
    }
  }

  /** The middle frame and the sound of the first {@code seconds}, as squares of side size. */
  public static VideoRequest middleFrame(int size, double seconds) {
    return new VideoRequest(1, size, 0, seconds);
  }

  /** Evenly spaced frames and the sound of the first {@code seconds}, as squares of side size. */
  public static VideoRequest evenly(int frames, int size, double seconds) {
    return new VideoRequest(frames, size, 0, seconds);
  }

  /** The same request with another start. */
  public VideoRequest from(double start) {
    return new VideoRequest(frames, size, start, seconds);
  }
}
