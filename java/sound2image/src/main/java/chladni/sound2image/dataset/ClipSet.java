package chladni.sound2image.dataset;

import chladni.engine.io.BadFileException;
import chladni.engine.io.NamedArray;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.sound2image.media.Picture;
import chladni.sound2image.media.Waveform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Prepared clips in memory: one picture and one sound each, kept as bytes and 16-bit samples (221 kB
 * for five seconds) and turned into floats batch by batch. On disk they are shards of safetensors.
 *
 * @param ids what each clip is called: its file without folder root and ending
 * @param labels what each clip is said to show, or null for each where nobody said
 * @param pictures RGB8, side x side x 3 each
 * @param sounds 22,050 Hz, full scale at 32,767
 * @param side height and width of the pictures
 * @param samples length of each sound
 */
public record ClipSet(
    List<String> ids,
    List<String> labels,
    List<byte[]> pictures,
    List<short[]> sounds,
    int side,
    int samples) {

  private static final float TO_UNITS = Waveform.SCALE / 32_767f;

  /** An empty set to be filled. */
  public static ClipSet empty(int side, int samples) {
    return new ClipSet(
        new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), side, samples);
  }

  public int size() {
    return ids.size();
  }

  /** Adds a clip; the sound is cut or repeated to this set's length. */
  public void add(String id, String label, Picture picture, Waveform sound) {
    float[] wave = sound.fitTo(samples).samples();
    short[] quantised = new short[samples];
    for (int i = 0; i < samples; i++) {
      quantised[i] = (short) Math.clamp(Math.round(wave[i] / TO_UNITS), -32_768, 32_767);
    }
    ids.add(id);
    labels.add(label);
    pictures.add(picture.rgb());
    sounds.add(quantised);
  }

  /** Writes picture i as (3, side, side) in [-1, 1] to {@code dst} from {@code at} on. */
  public void picture(int i, float[] dst, int at) {
    planes(pictures.get(i), dst, at);
  }

  /** RGB8 pixels as planes in [-1, 1]. */
  public static void planes(byte[] rgb, float[] dst, int at) {
    int pixels = rgb.length / 3;
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < 3; c++) {
        dst[at + c * pixels + p] = (rgb[3 * p + c] & 0xff) / 127.5f - 1;
      }
    }
  }

  /** Planes in [-1, 1] from {@code at} on as a picture; the inverse of {@link #planes}. */
  public static Picture toPicture(float[] src, int at, int side) {
    byte[] rgb = new byte[3 * side * side];
    int pixels = side * side;
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < 3; c++) {
        float v = (src[at + c * pixels + p] + 1) * 127.5f;
        rgb[3 * p + c] = (byte) Math.clamp(Math.round(v), 0, 255);
      }
    }
    return new Picture(side, side, rgb);
  }

  public Picture picture(int i) {
    return new Picture(side, side, pictures.get(i));
  }

  /** Writes sound i in [-256, 256] to {@code dst} from {@code at} on. */
  public void sound(int i, float[] dst, int at) {
    short[] wave = sounds.get(i);
    for (int s = 0; s < samples; s++) {
      dst[at + s] = wave[s] * TO_UNITS;
    }
  }

  public Waveform sound(int i) {
    float[] wave = new float[samples];
    sound(i, wave, 0);
    return new Waveform(wave, Waveform.RATE);
  }

  /** The clips at these positions, in this order; they share their arrays with this set. */
  public ClipSet subset(List<Integer> positions) {
    ClipSet part = empty(side, samples);
    for (int i : positions) {
      part.ids.add(ids.get(i));
      part.labels.add(labels.get(i));
      part.pictures.add(pictures.get(i));
      part.sounds.add(sounds.get(i));
    }
    return part;
  }

  /** The clips that somebody labelled. */
  public ClipSet labelled() {
    return subset(
        IntStream.range(0, size()).filter(i -> labels.get(i) != null).boxed().toList());
  }

  /** Writes all clips to one file, complete or not at all. */
  public void write(Path file) {
    int n = size();
    byte[] allPictures = new byte[n * 3 * side * side];
    short[] allSounds = new short[n * samples];
    for (int i = 0; i < n; i++) {
      System.arraycopy(pictures.get(i), 0, allPictures, i * 3 * side * side, 3 * side * side);
      System.arraycopy(sounds.get(i), 0, allSounds, i * samples, samples);
    }
    List<String> named = labels.stream().map(l -> l == null ? "" : l).toList();
    SafeTensors.write(
        file,
        List.of(
            NamedArray.of("pictures", new long[] {n, side, side, 3}, allPictures),
            NamedArray.of("sounds", new long[] {n, samples}, allSounds)),
        Map.of("ids", String.join("\n", ids), "labels", String.join("\n", named)));
  }

  /** Reads one file of {@link #write}. */
  public static ClipSet read(Path file) {
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      long[] p = tensors.shape("pictures");
      long[] s = tensors.shape("sounds");
      List<String> ids = List.of(tensors.metadata().getOrDefault("ids", "").split("\n", -1));
      List<String> labels = List.of(tensors.metadata().getOrDefault("labels", "").split("\n", -1));
      if (p.length != 4
          || p[1] != p[2]
          || p[3] != 3
          || s.length != 2
          || s[0] != p[0]
          || ids.size() != p[0]
          || labels.size() != p[0]) {
        throw new BadFileException(
            file,
            "a shard of clips must hold as many pictures, sounds, ids and labels",
            "Run prepare again.");
      }
      ClipSet set = empty((int) p[1], (int) s[1]);
      byte[] pictures = tensors.bytes("pictures");
      short[] sounds = tensors.shorts("sounds");
      int pixels = 3 * set.side * set.side;
      for (int i = 0; i < p[0]; i++) {
        set.ids.add(ids.get(i));
        set.labels.add(labels.get(i).isEmpty() ? null : labels.get(i));
        set.pictures.add(Arrays.copyOfRange(pictures, i * pixels, (i + 1) * pixels));
        set.sounds.add(
            Arrays.copyOfRange(sounds, i * set.samples, (i + 1) * set.samples));
      }
      return set;
    }
  }

  /** Reads all shards of a folder that {@code prepare} filled, in the order of their names. */
  public static ClipSet readFolder(Path folder) {
    List<Path> shards;
    try (Stream<Path> files = Files.list(folder)) {
      shards =
          files
              .filter(f -> f.getFileName().toString().matches("clips-\\d+\\.safetensors"))
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new BadFileException(
          folder, "the folder of prepared clips cannot be read", "Run prepare first.", e);
    }
    if (shards.isEmpty()) {
      throw new BadFileException(folder, "there are no prepared clips in it", "Run prepare first.");
    }
    ClipSet all = null;
    for (Path shard : shards) {
      ClipSet part = read(shard);
      if (all == null) {
        all = part;
      } else if (part.side != all.side || part.samples != all.samples) {
        throw new BadFileException(
            shard,
            "all shards must agree in picture side and sound length, got %d and %d after %d and %d"
                .formatted(part.side, part.samples, all.side, all.samples),
            "Prepare into a new folder.");
      } else {
        all.ids.addAll(part.ids);
        all.labels.addAll(part.labels);
        all.pictures.addAll(part.pictures);
        all.sounds.addAll(part.sounds);
      }
    }
    return all;
  }
}
