package chladni.app.demo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * The classes of the demo and the clips drawn from them. Everything follows from the seed, the name
 * of the split and the index of the clip: two worlds of one seed agree in every byte, and splits of
 * different names share no clip.
 */
public final class World {
  /** The paper's number of classes, and the most this world has. */
  public static final int MAX_CLASSES = Catalogue.SIZE;

  /** Every fifth clip of a plan shows one class and plays another. */
  public static final int MISMATCH_EVERY = 5;

  private final int classes;
  private final long seed;

  /**
   * A world of the first {@code classes} classes.
   *
   * @throws IllegalArgumentException unless 2 ≤ {@code classes} ≤ {@link #MAX_CLASSES}
   */
  public World(int classes, long seed) {
    if (classes < 2 || classes > MAX_CLASSES) {
      throw new IllegalArgumentException(
          "demo world: the number of classes must be between 2 and %d, got %d. Choose another --classes."
              .formatted(MAX_CLASSES, classes));
    }
    this.classes = classes;
    this.seed = seed;
  }

  public int classes() {
    return classes;
  }

  public long seed() {
    return seed;
  }

  /** The readable name of a class, for example {@code bell tower}. */
  public String className(int classId) {
    return Catalogue.get(classId).name();
  }

  /** All names, in order of their index. */
  public List<String> classNames() {
    List<String> names = new ArrayList<>();
    for (int classId = 0; classId < classes; classId++) {
      names.add(className(classId));
    }
    return List.copyOf(names);
  }

  /** A scene of the class; one split and index always give the same one. */
  public Scene scene(String split, int classId, int index) {
    return Scene.of(classId, sceneSeed(split, (long) index * MAX_CLASSES + classId, 0));
  }

  /**
   * The clips of a split, {@code perClass} pictures of every class, one clip in five a mismatch.
   */
  public List<DemoClip> plan(String split, int perClass) {
    return plan(split, perClass, MISMATCH_EVERY);
  }

  /**
   * The clips of a split in an order that mixes the classes.
   *
   * @param split name of the split; different names give disjoint clips
   * @param perClass number of pictures of each class
   * @param mismatchEvery one clip in this many is a mismatch, 0 for none
   */
  public List<DemoClip> plan(String split, int perClass, int mismatchEvery) {
    int total = classes * perClass;
    boolean[] mismatches = mismatches(split, perClass, mismatchEvery);
    List<DemoClip> clips = new ArrayList<>(total);
    for (int clip = 0; clip < total; clip++) {
      int classId = clip % classes;
      Scene picture = scene(split, classId, clip / classes);
      Scene sound = picture;
      if (mismatches[clip]) {
        long other = sceneSeed(split, clip, 1);
        int step = 1 + new SplittableRandom(other).nextInt(classes - 1);
        sound = Scene.of((classId + step) % classes, other);
      }
      clips.add(new DemoClip("%s-%05d".formatted(split, clip), picture, sound, mismatches[clip]));
    }
    return Collections.unmodifiableList(clips);
  }

  /** Draws the mismatches of consecutive clips so that every class receives its share. */
  private boolean[] mismatches(String split, int perClass, int every) {
    int total = classes * perClass;
    boolean[] chosen = new boolean[total];
    if (every == 0) {
      return chosen;
    }
    // A walk over classes in random order, taking a fresh clip of each until the share is reached.
    Random random = new Random(sceneSeed(split, 0, 2));
    List<List<Integer>> open = new ArrayList<>();
    for (int classId = 0; classId < classes; classId++) {
      List<Integer> clips = new ArrayList<>();
      for (int index = 0; index < perClass; index++) {
        clips.add(index * classes + classId);
      }
      Collections.shuffle(clips, random);
      open.add(clips);
    }
    Collections.shuffle(open, random);
    for (int taken = 0; taken < total / every; taken++) {
      chosen[open.get(taken % classes).removeLast()] = true;
    }
    return chosen;
  }

  /** Mixes seed, split, index and purpose; splits differ by a 64-bit hash of the name. */
  private long sceneSeed(String split, long index, int purpose) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : split.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return mix(mix(mix(seed) ^ hash) + index * 4 + purpose);
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection of 64 bits. */
  private static long mix(long z) {
    z += 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
