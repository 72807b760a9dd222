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
import chladni.sound2image.dataset.Pairs;

/**
 * How pairs reach the training of a GAN: the host cuts out the parts that a step takes and writes
 * them, or whole pairs lie in the store, which a device has in its own memory, and a step is told
 * which columns and rows to take. What the networks see is the same to the bit.
 */
public final class PairFeed implements Inputs {
  /** Inputs of a resident feed, INT32 (batch * side): which columns of all pairs, left to right. */
  private static final String COLUMNS = "columns";

  /** And which rows of the columns that were taken, from top to bottom. */
  private static final String ROWS = "rows";

  private static final String SOURCE = "source";
  private static final String TARGET = "target";

  private final Pairs pairs;
  private final int batch;
  private final boolean resident;
  private final float[] source;
  private final float[] target;
  private final int[] columns;
  private final int[] rows;

  private PairFeed(Pairs pairs, int batch, boolean resident) {
    this.pairs = pairs;
    this.batch = batch;
    this.resident = resident;
    int written = resident ? 0 : batch * pairs.side() * pairs.side();
    source = new float[written * pairs.sourceChannels()];
    target = new float[written * pairs.targetChannels()];
    columns = new int[resident ? batch * pairs.side() : 0];
    rows = new int[columns.length];
  }

  /** Every batch is written by the host. */
  public static PairFeed written(Pairs pairs, int batch) {
    return new PairFeed(pairs, batch, false);
  }

  /** All pairs are written once. */
  public static PairFeed resident(Pairs pairs, int batch) {
    return new PairFeed(pairs, batch, true);
  }

  /** Resident where the pairs fit, by the rule of {@link Feed#of}. */
  public static PairFeed of(Backend backend, Pairs pairs, int batch) {
    int plane = pairs.wholeSide() * pairs.wholeSide();
    boolean fits =
        Feed.fits(
            backend,
            pairs.size(),
            plane * pairs.sourceChannels(),
            plane * pairs.targetChannels());
    return new PairFeed(pairs, batch, fits);
  }

  public boolean isResident() {
    return resident;
  }

  /**
   * Pairs lie as (item, x, y, channel): columns are rows of that, and of what is taken of them the
   * rows are, so that both are taken by gathering slices.
   */
  @Override
  public Node batch(Graph graph, String name, Shape shape) {
    if (!resident) {
      return graph.input(name, shape);
    }
    int n = shape.dim(0);
    int c = shape.dim(1);
    int side = shape.dim(2);
    int whole = pairs.wholeSide();
    Variable all =
        Variable.state(
            Feed.ITEMS + name,
            Shape.of(pairs.size() * whole, whole * c),
            Initializers.zeros());
    Node taken = Ops.gather(graph.read(all), index(graph, COLUMNS, n * side), 0);
    Node turned = Ops.transpose(Ops.reshape(taken, Shape.of(n, side, whole, c)), 0, 2, 1, 3);
    Node lines = Ops.reshape(turned, Shape.of(n * whole, side * c));
    Node part = Ops.gather(lines, index(graph, ROWS, n * side), 0);
    return Ops.transpose(Ops.reshape(part, Shape.of(n, side, side, c)), 0, 3, 1, 2);
  }

  private static Node index(Graph graph, String name, int count) {
    Node there = graph.inputs().get(name);
    return there != null ? there : graph.input(name, TensorType.ints(Shape.of(count)));
  }

  /** Writes all pairs into the store of a compiled program; nothing where the host writes batches. */
  public void fill(Store store) {
    if (!resident) {
      return;
    }
    int plane = pairs.wholeSide() * pairs.wholeSide();
    float[] sourcePlanes = new float[plane * pairs.sourceChannels()];
    float[] targetPlanes = new float[plane * pairs.targetChannels()];
    float[] sources = new float[pairs.size() * sourcePlanes.length];
    float[] targets = new float[pairs.size() * targetPlanes.length];
    for (int item = 0; item < pairs.size(); item++) {
      pairs.writeWhole(item, sourcePlanes, 0, targetPlanes, 0);
      turn(sourcePlanes, sources, item * sourcePlanes.length);
      turn(targetPlanes, targets, item * targetPlanes.length);
    }
    store.set(Feed.ITEMS + SOURCE, sources);
    store.set(Feed.ITEMS + TARGET, targets);
  }

  /** From (channel, y, x) to (x, y, channel). */
  private void turn(float[] planes, float[] dst, int at) {
    int whole = pairs.wholeSide();
    int channels = planes.length / (whole * whole);
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < whole; y++) {
        for (int x = 0; x < whole; x++) {
          dst[at + (x * whole + y) * channels + c] = planes[(c * whole + y) * whole + x];
        }
      }
    }
  }

  /**
   * Writes the batch of a step, or where it is.
   *
   * @param step counted from 1
   */
  public void write(Program program, long step, int[] items) {
    if (resident) {
      locate(step, items);
      program.write(COLUMNS, columns);
      program.write(ROWS, rows);
    } else {
      for (int i = 0; i < batch; i++) {
        pairs.write(
            items[i], step, source, i * source.length / batch, target, i * target.length / batch);
      }
      program.write(SOURCE, source);
      program.write(TARGET, target);
    }
  }

  private void locate(long step, int[] items) {
    int side = pairs.side();
    int whole = pairs.wholeSide();
    for (int i = 0; i < batch; i++) {
      Pairs.Part part = pairs.part(items[i], step);
      for (int k = 0; k < side; k++) {
        int column = part.mirrored() ? side - 1 - k : k;
        columns[i * side + k] = items[i] * whole + part.x() + column;
        rows[i * side + k] = i * whole + part.y() + k;
      }
    }
  }
}
