package chladni.sound2image.dataset;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.BadFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The paper's selection (section 3): a clip is kept where picture and sound share one of their three
 * most probable labels. Its class is the shared label with the highest summed probability; the split
 * into training and evaluation goes by a hash of the clip's id within each class, so no clip is on
 * both sides whatever the order of the files (our reading).
 *
 * @param clips one entry for each clip, kept or not, in the order of the clips
 */
public record Selection(List<Entry> clips) {
  /** The number of labels of each side that are compared. */
  public static final int TOP = 3;

  /**
   * What became of a clip.
   *
   * @param position in the clip set
   * @param label the shared class, or -1 where the clip was thrown out
   * @param heldOut whether it is for evaluation
   */
  public record Entry(
      int position, String id, int[] pictureTop, int[] soundTop, int label, boolean heldOut) {
    public boolean kept() {
      return label >= 0;
    }
  }

  public Selection {
    clips = List.copyOf(clips);
  }

  /**
   * @param picture probabilities (clips x classes)
   * @param sound probabilities (clips x classes)
   * @param heldOutShare the share of each class for evaluation; 0.1 in the paper
   * @param perClass at most so many clips of a class, 0 for all: the paper has 2,000 of each
   */
  public static Selection of(
      List<String> ids,
      float[][] picture,
      float[][] sound,
      double heldOutShare,
      int perClass) {
    int n = ids.size();
    int classes = n == 0 ? 0 : picture[0].length;
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int[] p = top(picture[i], TOP);
      int[] s = top(sound[i], TOP);
      entries.add(new Entry(i, ids.get(i), p, s, shared(p, s, picture[i], sound[i]), false));
    }
    for (int c = 0; c < classes; c++) {
      int label = c;
      List<Entry> members =
          entries.stream()
              .filter(e -> e.label() == label)
              .sorted(Comparator.comparing((Entry e) -> hash(e.id())).thenComparing(Entry::id))
              .toList();
      int limit = perClass == 0 ? members.size() : Math.min(perClass, members.size());
      int heldOut = (int) Math.round(limit * heldOutShare);
      for (int i = 0; i < members.size(); i++) {
        Entry e = members.get(i);
        entries.set(
            e.position(),
            new Entry(
                e.position(),
                e.id(),
                e.pictureTop(),
                e.soundTop(),
                i < limit ? label : -1,
                i < heldOut));
      }
    }
    return new Selection(entries);
  }

  /** Positions of the kept clips of one side, ascending. */
  public List<Integer> positions(boolean heldOut) {
    return clips.stream()
        .filter(e -> e.kept() && e.heldOut() == heldOut)
        .map(Entry::position)
        .toList();
  }

  private static int shared(int[] p, int[] s, float[] picture, float[] sound) {
    int best = -1;
    for (int a : p) {
      for (int b : s) {
        if (a == b
            && (best < 0 || picture[a] + sound[a] > picture[best] + sound[best])) {
          best = a;
        }
      }
    }
    return best;
  }

  /** The k most probable labels, the most probable first; ties go to the smaller index. */
  public static int[] top(float[] scores, int k) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> -scores[c]).thenComparingInt(c -> c))
        .limit(k)
        .mapToInt(c -> c)
        .toArray();
  }

  private static String hash(String id) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Writes a table: id, class, split, the three labels of the picture and of the sound. */
  public void write(Path file, List<String> classes) {
    StringBuilder table = new StringBuilder("id\tclass\tsplit\tpicture_top3\tsound_top3\n");
    for (Entry e : clips) {
      table
          .append(e.id())
          .append('\t')
          .append(e.kept() ? classes.get(e.label()) : "")
          .append('\t')
          .append(!e.kept() ? "dropped" : e.heldOut() ? "heldout" : "train")
          .append('\t')
          .append(names(e.pictureTop(), classes))
          .append('\t')
          .append(names(e.soundTop(), classes))
          .append('\n');
    }
    AtomicFile.writeString(file, table.toString());
  }

  private static String names(int[] labels, List<String> classes) {
    return String.join(
        "|", IntStream.of(labels).mapToObj(classes::get).toArray(String[]::new));
  }

  /** Reads a table of {@link #write}; the clips must be those of {@code ids}, in that order. */
  public static Selection read(Path file, List<String> ids, List<String> classes) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new BadFileException(
          file, "the selection cannot be read", "Train the encoders first.", e);
    }
    if (lines.size() != ids.size() + 1) {
      throw new BadFileException(
          file,
          "it must have one line for each of %d clips, got %d".formatted(ids.size(), lines.size() - 1),
          "Run the selection again on these clips.");
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      String[] f = lines.get(i + 1).split("\t", -1);
      if (f.length != 5 || !f[0].equals(ids.get(i)) || !f[1].isEmpty() && !classes.contains(f[1])) {
        throw new BadFileException(
            file,
            "line %d must be the selection of clip '%s'".formatted(i + 2, ids.get(i)),
            "Run the selection again on these clips.");
      }
      entries.add(
          new Entry(
              i,
              f[0],
              indices(f[3], classes),
              indices(f[4], classes),
              f[1].isEmpty() ? -1 : classes.indexOf(f[1]),
              f[2].equals("heldout")));
    }
    return new Selection(entries);
  }

  private static int[] indices(String names, List<String> classes) {
    return names.isEmpty()
        ? new int[0]
        : Arrays.stream(names.split("\\|")).mapToInt(classes::indexOf).toArray();
  }
}
