package chladni.sound2image.dataset;

import chladni.engine.io.AtomicFile;
import chladni.engine.io.BadFileException;
import chladni.engine.nn.Philox;
import chladni.sound2image.media.Filter;
import chladni.sound2image.media.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A folder of pictures that hold A on the left and B on the right, as pix2pix's users have them.
 * Each half is resized (bicubic) to a little more than the network's side; one random crop and one
 * random flip are shared by both halves. Source: aligned_dataset of
 * junyanz/pytorch-CycleGAN-and-pix2pix.
 */
public final class PairFolder implements Pairs {
  private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "bmp", "gif");
  private static final long MAX_PIXELS = 64L << 20;
  private static final int CHANNELS = 3;
  private static final int AUGMENTATION = 0xC209;

  /** Which half is the source. */
  public enum Direction {
    A_TO_B,
    B_TO_A
  }

  /**
   * How pictures become tensors.
   *
   * @param side height and width of a crop
   * @param loadSide height and width of a half before the crop
   * @param flip whether half of the pairs are mirrored
   */
  public record Options(int side, int loadSide, boolean flip, Direction direction, long seed) {
    /** pix2pix's sizes: 286 for crops of 256, the same proportion for others. */
    public static Options of(int side, boolean flip, Direction direction, long seed) {
      return new Options(side, side * 143 / 128, flip, direction, seed);
    }

    public Options {
      if (side < 1 || loadSide < side) {
        throw new IllegalArgumentException(
            "pair folder: the load side must be at least the crop's, got %d and %d."
                .formatted(loadSide, side));
      }
    }
  }

  /** Both halves at load size. */
  private record Halves(Picture a, Picture b) {}

  private final List<Path> files;
  private final Options options;
  private final Halves[] cache;
  private final String fingerprint;

  private PairFolder(List<Path> files, Options options, Halves[] cache, String fingerprint) {
    this.files = files;
    this.options = options;
    this.cache = cache;
    this.fingerprint = fingerprint;
  }

  /**
   * Lists the pictures directly in a folder, in the order of their names. They are decoded when
   * first asked for, and kept when all of them fit.
   *
   * @param cacheBytes memory that decoded pictures may take; where they would take more, each batch
   *     decodes its own
   * @throws BadFileException when there are none
   */
  public static PairFolder open(Path folder, Options options, long cacheBytes) {
    List<Path> files;
    List<String> folders;
    Fingerprint fingerprint = new Fingerprint();
    try {
      files = list(folder, f -> Files.isRegularFile(f) && isPicture(f));
      folders =
          list(folder, Files::isDirectory).stream().map(f -> f.getFileName().toString()).toList();
      for (Path file : files) {
        fingerprint.add(file.getFileName().toString()).add(Long.toString(Files.size(file)));
      }
    } catch (IOException e) {
      throw new BadFileException(
          folder, "the folder of pairs cannot be read (" + e + ")", "Check the path.", e);
    }
    if (files.isEmpty()) {
      throw new BadFileException(
          folder,
          "there is no picture (%s) in it".formatted(String.join(", ", ENDINGS.stream().sorted().toList())),
          folders.isEmpty()
              ? "Give a folder of pictures that hold A on the left and B on the right."
              : "Its folders are %s: give one of them.".formatted(String.join(", ", folders)));
    }
    long bytes = 2L * CHANNELS * options.loadSide() * options.loadSide() * files.size();
    Halves[] cache = bytes <= cacheBytes ? new Halves[files.size()] : null;
    return new PairFolder(files, options, cache, fingerprint.toString());
  }

  private static List<Path> list(Path folder, Predicate<Path> wanted)
      throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(wanted).sorted().toList();
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return ENDINGS.contains(ending) && !AtomicFile.isTemporary(file);
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public int side() {
    return options.side();
  }

  @Override
  public int sourceChannels() {
    return CHANNELS;
  }

  @Override
  public int targetChannels() {
    return CHANNELS;
  }

  /** Of the names and sizes of the files: reading all of them again would take too long. */
  @Override
  public String fingerprint() {
    return fingerprint;
  }

  /** Whether decoded pictures are kept. */
  public boolean cached() {
    return cache != null;
  }

  @Override
  public Part part(int item, long step) {
    int[] random = new int[4];
    long seed = options.seed();
    Philox.block(
        (int) step, (int) (step >>> 32), item, AUGMENTATION, (int) seed, (int) (seed >>> 32), random);
    int places = options.loadSide() - options.side() + 1;
    int x = Integer.remainderUnsigned(random[0], places);
    int y = Integer.remainderUnsigned(random[1], places);
    return new Part(x, y, options.flip() && random[2] < 0);
  }

  @Override
  public void write(
      int item, long step, float[] source, int sourceAt, float[] target, int targetAt) {
    Halves halves = halves(item);
    Part part = part(item, step);
    write(source(halves), part, source, sourceAt);
    write(target(halves), part, target, targetAt);
  }

  private void write(Picture half, Part part, float[] dst, int at) {
    Picture crop = half.crop(part.x(), part.y(), options.side(), options.side());
    ClipSet.planes((part.mirrored() ? crop.flip() : crop).rgb(), dst, at);
  }

  @Override
  public int wholeSide() {
    return options.loadSide();
  }

  @Override
  public void writeWhole(int item, float[] source, int sourceAt, float[] target, int targetAt) {
    Halves halves = halves(item);
    ClipSet.planes(source(halves).rgb(), source, sourceAt);
    ClipSet.planes(target(halves).rgb(), target, targetAt);
  }

  private Picture source(Halves halves) {
    return options.direction() == Direction.A_TO_B ? halves.a() : halves.b();
  }

  private Picture target(Halves halves) {
    return options.direction() == Direction.A_TO_B ? halves.b() : halves.a();
  }

  private Halves halves(int item) {
    if (cache != null && cache[item] != null) {
      return cache[item];
    }
    Picture both = Picture.read(files.get(item), MAX_PIXELS);
    if (both.width() < 2) {
      throw new BadFileException(
          files.get(item),
          "a pair must be at least 2 pixels wide, got %d x %d"
              .formatted(both.width(), both.height()),
          "Put A on the left and B on the right of one picture.");
    }
    int half = both.width() / 2;
    int side = options.loadSide();
    Halves halves =
        new Halves(
            both.crop(0, 0, half, both.height()).resize(side, side, Filter.BICUBIC),
            both.crop(half, 0, both.width() - half, both.height())
                .resize(side, side, Filter.BICUBIC));
    if (cache != null) {
      cache[item] = halves;
    }
    return halves;
  }
}
