package chladni.sound2image.features;

import chladni.engine.io.BadFileException;
import chladni.engine.io.NamedArray;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.sound2image.dataset.Fingerprint;
import chladni.sound2image.dataset.Selection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The features of the kept clips, one row each.
 *
 * @param position of each row in the prepared clips
 * @param label the class of each row
 * @param heldOut 1 for rows of the evaluation, else 0
 * @param fc6 features of the pictures
 * @param pool5 features of the sounds
 */
public record FeatureTable(
    int[] position, int[] label, int[] heldOut, float[][] fc6, float[][] pool5) {

  /** The rows of a selection, training first. */
  public static FeatureTable of(Selection selection, float[][] fc6, float[][] pool5) {
    List<Integer> rows = new ArrayList<>(selection.positions(false));
    rows.addAll(selection.positions(true));
    return new FeatureTable(
        rows.stream().mapToInt(i -> i).toArray(),
        rows.stream().mapToInt(i -> selection.clips().get(i).label()).toArray(),
        rows.stream().mapToInt(i -> selection.clips().get(i).heldOut() ? 1 : 0).toArray(),
        rows.stream().map(i -> fc6[i]).toArray(float[][]::new),
        rows.stream().map(i -> pool5[i]).toArray(float[][]::new));
  }

  public int size() {
    return position.length;
  }

  /** Of everything in it: networks trained on equal tables fit together. */
  public String fingerprint() {
    Fingerprint fingerprint = new Fingerprint().add(position).add(label).add(heldOut);
    for (int i = 0; i < size(); i++) {
      fingerprint.add(fc6[i]).add(pool5[i]);
    }
    return fingerprint.toString();
  }

  /** The rows of one side. */
  public int[] rows(boolean ofHeldOut) {
    return IntStream.range(0, size()).filter(i -> heldOut[i] == (ofHeldOut ? 1 : 0)).toArray();
  }

  public void write(Path file, Map<String, String> metadata) {
    SafeTensors.write(
        file,
        List.of(
            NamedArray.of("position", new long[] {size()}, position),
            NamedArray.of("label", new long[] {size()}, label),
            NamedArray.of("held_out", new long[] {size()}, heldOut),
            NamedArray.of("fc6", new long[] {size(), fc6[0].length}, join(fc6)),
            NamedArray.of("pool5", new long[] {size(), pool5[0].length}, join(pool5))),
        new HashMap<>(metadata));
  }

  public static FeatureTable read(Path file) {
    try (SafeTensorsFile t = SafeTensors.read(file)) {
      int n = (int) t.shape("position")[0];
      FeatureTable table =
          new FeatureTable(
              t.ints("position"),
              t.ints("label"),
              t.ints("held_out"),
              split(t.floats("fc6"), n),
              split(t.floats("pool5"), n));
      if (table.label.length != n || table.heldOut.length != n || n == 0) {
        throw new BadFileException(
            file, "all columns must have one row for each clip", "Extract the features again.");
      }
      return table;
    }
  }

  private static float[] join(float[][] rows) {
    int width = rows[0].length;
    float[] all = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * width, width);
    }
    return all;
  }

  private static float[][] split(float[] all, int n) {
    int width = all.length / n;
    float[][] rows = new float[n][width];
    for (int i = 0; i < n; i++) {
      System.arraycopy(all, i * width, rows[i], 0, width);
    }
    return rows;
  }
}
