package chladni.sound2image.training;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import chladni.sound2image.features.Inference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How items reach a training's program: the host writes those of each batch into inputs, or all lie
 * in the store, which a device has in its own memory, and a step is told their numbers alone. What
 * the network sees is the same to the bit.
 */
public final class Feed implements Inputs {
  static final String ITEMS = Kept.OUT + "items/";

  /** The input of a resident feed: INT32 (batch), the number of each item. */
  private static final String ROWS = "rows";

  /** The longest array that every JVM makes. */
  private static final long LONGEST = Integer.MAX_VALUE - 8;

  private final int count;
  private final List<Source> sources;
  private final boolean resident;
  private final Map<String, float[]> batches = new HashMap<>();

  /**
   * One tensor of every item.
   *
   * @param name of the program's input, or of what takes its place
   * @param width elements of an item
   */
  public record Source(String name, int width, Inference.Items items) {
    private float[] room(int n) {
      return new float[n * width];
    }

    private float[] write(int[] chosen, float[] dst) {
      for (int i = 0; i < chosen.length; i++) {
        items.write(chosen[i], dst, i * width);
      }
      return dst;
    }
  }

  private Feed(int count, List<Source> sources, boolean resident) {
    this.count = count;
    this.sources = sources;
    this.resident = resident;
  }

  /**
   * Every batch is written by the host.
   *
   * @param count of all items
   */
  public static Feed written(int count, Source... sources) {
    return new Feed(count, List.of(sources), false);
  }

  /** All items are written once. */
  public static Feed resident(int count, Source... sources) {
    return new Feed(count, List.of(sources), true);
  }

  /**
   * Resident where the items take at most a quarter of the memory that the device has of its own,
   * and of the heap: a rule of sizes alone, so that a run and its resumption choose the same.
   */
  public static Feed of(Backend backend, int count, Source... sources) {
    int[] widths = Arrays.stream(sources).mapToInt(Source::width).toArray();
    return new Feed(count, List.of(sources), fits(backend, count, widths));
  }

  /**
   * Whether items may lie on the device. They pass through the heap on their way.
   *
   * @param widths elements of an item, in each of its tensors
   */
  static boolean fits(Backend backend, int count, int... widths) {
    long widest = Arrays.stream(widths).max().orElse(0);
    long all = Arrays.stream(widths).asLongStream().sum();
    long memory =
        Math.min(backend.deviceMemory().orElse(0), Runtime.getRuntime().maxMemory());
    return widest * count <= LONGEST && all * count * Float.BYTES <= memory / 4;
  }

  @Override
  public Node batch(Graph graph, String name, Shape shape) {
    if (!resident) {
      return graph.input(name, shape);
    }
    Node rows = graph.inputs().get(ROWS);
    if (rows == null) {
      rows = graph.input(ROWS, TensorType.ints(Shape.of(shape.dim(0))));
    }
    Variable all = Variable.state(ITEMS + name, shape.with(0, count), Initializers.zeros());
    return Ops.gather(graph.read(all), rows, 0);
  }

  /** Writes all items into the store of a compiled program; nothing where the host writes batches. */
  public void fill(Store store) {
    if (resident) {
      int[] all = IntStream.range(0, count).toArray();
      sources.forEach(s -> store.set(ITEMS + s.name(), s.write(all, s.room(count))));
    }
  }

  /** Writes a batch, or its numbers. */
  public void write(Program program, int[] chosen) {
    if (resident) {
      program.write(ROWS, chosen);
    } else {
      for (Source s : sources) {
        float[] batch = batches.computeIfAbsent(s.name(), _ -> s.room(chosen.length));
        program.write(s.name(), s.write(chosen, batch));
      }
    }
  }
}
