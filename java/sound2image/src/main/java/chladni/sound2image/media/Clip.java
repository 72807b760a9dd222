package chladni.sound2image.media;

import java.util.List;

/**
 * What was read of a video: its frames in the order of time, and the sound of the same window.
 *
 * @param frames one picture per requested frame
 * @param sound mono, 22,050 Hz, at most as long as the window
 */
public record Clip(List<Picture> frames, Waveform sound) {
  public Clip {
    frames = List.copyOf(frames);
  }
}
