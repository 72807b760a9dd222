package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.graph.Shape;
import chladni.engine.io.DiskType;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One file of tests/golden: seeded inputs by name, stored results to compare with. */
final class Fixture implements AutoCloseable {
  /** The tests run in the folder of their module. */
  static final Path FOLDER = Path.of("golden");

  private static final String SEEDED = "seeded.";

  private final String identity;
  private final SafeTensorsFile file;

  private Fixture(String identity, SafeTensorsFile file) {
    this.identity = identity;
    this.file = file;
  }

  /** Opens {@code ops/conv2d} and the like. */
  static Fixture open(String identity) {
    Path path = FOLDER.resolve(identity + ".safetensors");
    Fixture fixture = new Fixture(identity, SafeTensors.read(path));
    assertThat(fixture.text("format")).isEqualTo("1");
    assertThat(fixture.text("fixture")).isEqualTo(identity);
    return fixture;
  }

  String text(String key) {
    assertThat(file.metadata()).containsKey(key);
    return file.metadata().get(key);
  }

  Attributes attributes(String key) {
    return Attributes.parse(text(key));
  }

  List<String> cases() {
    return List.of(text("cases").split(" "));
  }

  /** The eps of the precision in which PyTorch computed the results. */
  double eps() {
    boolean wide =
        file.names().stream()
            .filter(name -> !name.endsWith(".sums") && !name.startsWith("losses"))
            .allMatch(name -> file.type(name) == DiskType.F64);
    return (wide ? Device.REFERENCE_FP64 : Device.REFERENCE_FP32).eps();
  }

  /** Names of seeded inputs under a prefix, without it, in alphabetical order. */
  Set<String> seededNames(String prefix) {
    return file.metadata().keySet().stream()
        .filter(key -> key.startsWith(SEEDED + prefix))
        .map(key -> key.substring(SEEDED.length() + prefix.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Names of stored results under a prefix, without it. */
  Set<String> storedNames(String prefix) {
    return file.names().stream()
        .filter(name -> name.startsWith(prefix) && !name.endsWith(".sums"))
        .map(name -> name.substring(prefix.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  Shape shape(String local) {
    return Shape.of(dims(text(SEEDED + local).split(" ")[0]));
  }

  float[] seeded(String local) {
    String[] words = text(SEEDED + local).split(" ");
    int count = Math.toIntExact(shape(local).elements());
    float[] values =
        Seeded.values(
            identity + "/" + local,
            count,
            Double.parseDouble(words[1]),
            Double.parseDouble(words[2]));
    if (words.length > 3) {
      assertThat(words[3]).isEqualTo("floor");
      for (int i = 0; i < count; i++) {
        values[i] = (float) Math.floor(values[i]);
      }
    }
    return values;
  }

  /** Seeded class indices. */
  int[] seededInts(String local) {
    float[] values = seeded(local);
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) values[i];
    }
    return ints;
  }

  boolean has(String name) {
    return file.has(name);
  }

  /** A stored result; of a sampled one what is stored of it. */
  double[] stored(String name) {
    return file.doubles(name);
  }

  /** The elements of a whole result that are stored under a name: all, or a sample. */
  double[] sample(String name, double[] whole) {
    String key = "sampled." + name;
    if (!file.metadata().containsKey(key)) {
      assertThat(whole).as("elements of %s", name).hasSameSizeAs(stored(name));
      return whole;
    }
    String[] words = text(key).split(" ");
    int stride = Integer.parseInt(words[1]);
    assertThat((long) whole.length)
        .as("elements of %s", name)
        .isEqualTo(Shape.of(dims(words[0])).elements());
    double[] sample = new double[(whole.length + stride - 1) / stride];
    for (int i = 0; i < sample.length; i++) {
      sample[i] = whole[i * stride];
    }
    return sample;
  }

  /**
   * Holds a whole result against the stored one: no element may be off by more than {@code
   * relative} times the largest element. Where only a sample is stored, the sums over all elements
   * must agree as far as that bound on each element implies.
   */
  void assertClose(String name, double[] actual, double relative) {
    double[] expected = stored(name);
    double bound = relative * Deviation.largest(expected);
    Deviation.assertWithin(identity + " " + name, sample(name, actual), expected, bound);
    if (has(name + ".sums")) {
      double[] sums = stored(name + ".sums");
      double sum = 0;
      double absolute = 0;
      double square = 0;
      for (double x : actual) {
        sum += x;
        absolute += Math.abs(x);
        square += x * x;
      }
      double each = bound * actual.length;
      Deviation.assertWithin(
          identity + " " + name + " sums",
          new double[] {sum, absolute},
          new double[] {sums[0], sums[1]},
          each);
      // |x'^2 - x^2| <= (2 |x| + bound) bound
      Deviation.assertWithin(
          identity + " " + name + " sum of squares",
          new double[] {square},
          new double[] {sums[2]},
          2 * bound * sums[1] + bound * each);
    }
  }

  /**
   * Holds what is stored of a result, as one vector, against the actual one: their Euclidean
   * distance may be at most {@code relative} times the length of the stored one.
   */
  void assertDirection(String name, double[] actual, double relative) {
    double[] expected = stored(name);
    double[] taken = sample(name, actual);
    double distance = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      distance += (taken[i] - expected[i]) * (taken[i] - expected[i]);
      length += expected[i] * expected[i];
    }
    Deviation.assertWithin(
        identity + " distance from " + name,
        new double[] {Math.sqrt(distance)},
        new double[] {0},
        relative * Math.sqrt(length));
  }

  private static int[] dims(String text) {
    return Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
  }

  @Override
  public void close() {
    file.close();
  }
}
