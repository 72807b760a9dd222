package chladni.sound2image.network;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The sizes of all networks of a run, kept inside every file of weights so that a trained run can be
 * read back without its configuration.
 *
 * @param seconds length of the sounds
 * @param reduce the picture encoder sees blocks of reduce x reduce pixels averaged
 * @param pictureWidths channels of its stages
 * @param features width of fc6: a square, 4096 in the paper
 * @param soundLayers of the sound encoder
 * @param hidden width of the multimodal vector: that of fc6, as in the paper
 * @param generatorChannels of the outermost level of both U-Nets; 64 in pix2pix
 * @param discriminatorChannels of the first layer of both PatchGANs; 64 in pix2pix
 */
public record Recipe(
    double seconds,
    int reduce,
    List<Integer> pictureWidths,
    int features,
    List<SoundEncoder.Layer> soundLayers,
    int hidden,
    int generatorChannels,
    int discriminatorChannels) {
  private static final int SAMPLE_RATE = 22_050;

  /** For two cores and minutes: narrow networks, the paper's vectors. */
  public static final Recipe SMALL =
      new Recipe(
          5,
          2,
          List.of(16, 32, 64),
          4096,
          List.of(
              new SoundEncoder.Layer(16, 64, 8, 8),
              new SoundEncoder.Layer(32, 32, 2, 8),
              new SoundEncoder.Layer(64, 16, 2, 1),
              new SoundEncoder.Layer(128, 8, 2, 1),
              new SoundEncoder.Layer(256, 4, 2, 4)),
          4096,
          8,
          8);

  /** The paper's generators and SoundNet's widths, for a machine with more time. */
  public static final Recipe FULL =
      new Recipe(
          5,
          1,
          List.of(64, 128, 256, 512, 512),
          4096,
          SoundEncoder.soundNet(1, 1).layers(),
          4096,
          64,
          64);

  public Recipe {
    pictureWidths = List.copyOf(pictureWidths);
    soundLayers = List.copyOf(soundLayers);
    FeatureMap.side(features);
    if (hidden != features) {
      throw new ShapeException(
          "recipe: hidden must equal features, since one U-Net turns the one into the other, got %d and %d."
              .formatted(hidden, features));
    }
  }

  /** A recipe by name: {@code small} or {@code full}. */
  public static Recipe named(String name) {
    return switch (name) {
      case "small" -> SMALL;
      case "full" -> FULL;
      default ->
          throw new IllegalArgumentException(
              "preset '%s': there are small and full. Choose one.".formatted(name));
    };
  }

  /** The same networks for sounds of another length. */
  public Recipe withSeconds(double length) {
    return new Recipe(
        length,
        reduce,
        pictureWidths,
        features,
        soundLayers,
        hidden,
        generatorChannels,
        discriminatorChannels);
  }

  /** Height and width of pictures: that of the map of fc6 after doubling. */
  public int side() {
    return 2 * FeatureMap.side(features);
  }

  public int samples() {
    return (int) Math.round(seconds * SAMPLE_RATE);
  }

  public PictureEncoder pictureEncoder(int classes) {
    return new PictureEncoder(reduce, pictureWidths, features, classes);
  }

  public SoundEncoder soundEncoder(int classes) {
    return new SoundEncoder(soundLayers, classes);
  }

  /** The width of pool5, flattened. */
  public int soundFeatures() {
    Graph graph = new Graph();
    var sound = graph.input("x", Shape.of(1, 1, samples(), 1));
    var result = soundEncoder(1).build(new Parameters(graph, ""), sound, Mode.EVAL);
    return result.pool5().shape().dim(1);
  }

  public Multimodal multimodal(int classes) {
    return new Multimodal(features, soundFeatures(), hidden, classes);
  }

  /** Multimodal features of a sound to features of a picture. */
  public UNet featureGenerator() {
    return new UNet(2 * FeatureMap.side(hidden), 1, 1, generatorChannels, 0.5);
  }

  /** Features of a picture to the picture. */
  public UNet imageGenerator() {
    return new UNet(side(), 1, 3, generatorChannels, 0.5);
  }

  public PatchGan discriminator() {
    return new PatchGan(discriminatorChannels, 3);
  }

  /** As metadata of a file. */
  public Map<String, String> toMetadata() {
    Map<String, String> m = new LinkedHashMap<>();
    m.put("recipe.seconds", Double.toString(seconds));
    m.put("recipe.reduce", Integer.toString(reduce));
    m.put(
        "recipe.picture_widths",
        pictureWidths.stream().map(String::valueOf).collect(Collectors.joining(",")));
    m.put("recipe.features", Integer.toString(features));
    m.put(
        "recipe.sound_layers",
        soundLayers.stream()
            .map(l -> "%d:%d:%d:%d".formatted(l.channels(), l.kernel(), l.stride(), l.pool()))
            .collect(Collectors.joining(",")));
    m.put("recipe.hidden", Integer.toString(hidden));
    m.put("recipe.generator_channels", Integer.toString(generatorChannels));
    m.put("recipe.discriminator_channels", Integer.toString(discriminatorChannels));
    return m;
  }

  /**
   * From metadata made by {@link #toMetadata}.
   *
   * @throws IllegalArgumentException when an entry is missing or malformed
   */
  public static Recipe parse(Map<String, String> m) {
    return new Recipe(
        Double.parseDouble(entry(m, "recipe.seconds")),
        Integer.parseInt(entry(m, "recipe.reduce")),
        Arrays.stream(entry(m, "recipe.picture_widths").split(",")).map(Integer::valueOf).toList(),
        Integer.parseInt(entry(m, "recipe.features")),
        Arrays.stream(entry(m, "recipe.sound_layers").split(",")).map(Recipe::layer).toList(),
        Integer.parseInt(entry(m, "recipe.hidden")),
        Integer.parseInt(entry(m, "recipe.generator_channels")),
        Integer.parseInt(entry(m, "recipe.discriminator_channels")));
  }

  private static SoundEncoder.Layer layer(String text) {
    int[] v = Arrays.stream(text.split(":")).mapToInt(Integer::parseInt).toArray();
    if (v.length != 4) {
      throw new IllegalArgumentException("recipe: '%s' is not channels:kernel:stride:pool.".formatted(text));
    }
    return new SoundEncoder.Layer(v[0], v[1], v[2], v[3]);
  }

  private static String entry(Map<String, String> m, String key) {
    String value = m.get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "recipe: the metadata must have '%s', got %s. Use a file that this program wrote."
              .formatted(key, m.keySet()));
    }
    return value;
  }
}
