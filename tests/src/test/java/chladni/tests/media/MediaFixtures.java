package chladni.tests.media;

import chladni.sound2image.media.Picture;
import chladni.sound2image.media.Waveform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Pictures and sounds whose content a test can recognise after a lossy codec. */
final class MediaFixtures {
  static final int SIDE = 64;
  static final int FRAMES_PER_SECOND = 10;

  private MediaFixtures() {}

  /** Red on the left, blue on the right. */
  static Picture redBlue(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      rgb[3 * i + (i % width < width / 2 ? 0 : 2)] = (byte) 200;
    }
    return new Picture(width, height, rgb);
  }

  static Picture grey(int level) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    Arrays.fill(rgb, (byte) level);
    return new Picture(SIDE, SIDE, rgb);
  }

  /** Frame i, of level 40 + 4 i, is on the screen from i / 10 to (i + 1) / 10 s. */
  static List<Picture> brightening(int frames) {
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      pictures.add(grey(40 + 4 * i));
    }
    return pictures;
  }

  /** The frame that stands in a brightening video at a level. */
  static double frameOf(Picture picture) {
    return (meanOf(picture, 0, picture.width(), 1) - 40) / 4;
  }

  static Waveform tone(double hertz, double seconds, double amplitude) {
    float[] samples = new float[(int) Math.round(seconds * Waveform.RATE)];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) (amplitude * Math.sin(2 * Math.PI * hertz * i / Waveform.RATE));
    }
    return new Waveform(samples, Waveform.RATE);
  }

  /** Mean of a channel over columns [from, to). */
  static double meanOf(Picture picture, int from, int to, int channel) {
    long sum = 0;
    for (int y = 0; y < picture.height(); y++) {
      for (int x = from; x < to; x++) {
        sum += picture.at(x, y, channel);
      }
    }
    return (double) sum / ((to - from) * picture.height());
  }

  /** Amplitude of one frequency, without the first and last 50 ms, where codecs fade. */
  static double amplitudeAt(Waveform sound, double hertz) {
    int edge = sound.sampleRate() / 20;
    double cosine = 0;
    double sine = 0;
    int count = sound.samples().length - 2 * edge;
    for (int i = 0; i < count; i++) {
      double weight = 1 - Math.cos(2 * Math.PI * (i + 0.5) / count);
      double angle = 2 * Math.PI * hertz * i / sound.sampleRate();
      cosine += weight * sound.samples()[i + edge] * Math.cos(angle);
      sine += weight * sound.samples()[i + edge] * Math.sin(angle);
    }
    return 2 * Math.hypot(cosine, sine) / count;
  }

  /** The frequency among 100, 110, ... 2000 Hz that is strongest. */
  static double dominant(Waveform sound) {
    double best = 0;
    double bestAmplitude = -1;
    for (double hertz = 100; hertz <= 2000; hertz += 10) {
      double amplitude = amplitudeAt(sound, hertz);
      if (amplitude > bestAmplitude) {
        bestAmplitude = amplitude;
        best = hertz;
      }
    }
    return best;
  }

  /** The decoding processes that this JVM has started and that still run. */
  static Set<Long> workers() {
    return ProcessHandle.current()
        .children()
        .filter(ProcessHandle::isAlive)
        .filter(child -> child.info().commandLine().orElse("").contains("DecodeWorker"))
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  /** Sends a signal by name, such as STOP or KILL. */
  static void signal(String name, long pid) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid).start();
    if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new IllegalStateException("could not send " + name + " to " + pid);
    }
  }
}
