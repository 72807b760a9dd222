package chladni.sound2image.features;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** A network applied to any number of items, in batches of one compiled size. */
public final class Inference implements AutoCloseable {
  /** Writes item i to {@code dst} from {@code at} on. */
  @FunctionalInterface
  public interface Items {
    void write(int i, float[] dst, int at);
  }

  private final Program program;
  private final int batch;
  private final int width;
  private final Map<String, Integer> outputs = new LinkedHashMap<>();

  /**
   * @param item the shape of one item, without the batch
   * @param network from the input (batch, item...) to named outputs (batch, ...)
   */
  public Inference(
      Backend backend,
      Store store,
      Precision precision,
      int batch,
      Shape item,
      Function<Node, Map<String, Node>> network) {
    this.batch = batch;
    this.width = Math.toIntExact(item.elements());
    int[] dims = new int[item.rank() + 1];
    dims[0] = batch;
    System.arraycopy(item.dims(), 0, dims, 1, item.rank());
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(dims));
    network
        .apply(x)
        .forEach(
            (name, node) -> {
              graph.output(name, node);
              outputs.put(name, Math.toIntExact(node.shape().elements() / batch));
            });
    program = backend.compile(graph, store, precision);
  }

  /** In FP32. */
  public Inference(
      Backend backend,
      Store store,
      int batch,
      Shape item,
      Function<Node, Map<String, Node>> network) {
    this(backend, store, Precision.FP32, batch, item, network);
  }

  /** The outputs of items 0 to count - 1, one row each. */
  public Map<String, float[][]> run(int count, Items items) {
    Map<String, float[][]> rows = new LinkedHashMap<>();
    outputs.forEach((name, w) -> rows.put(name, new float[count][w]));
    float[] in = new float[batch * width];
    for (int from = 0; from < count; from += batch) {
      int n = Math.min(batch, count - from);
      for (int i = 0; i < n; i++) {
        items.write(from + i, in, i * width);
      }
      Arrays.fill(in, n * width, in.length, 0);
      program.write("x", in);
      program.run();
      for (Map.Entry<String, Integer> output : outputs.entrySet()) {
        float[] out = program.read(output.getKey());
        for (int i = 0; i < n; i++) {
          int w = output.getValue();
          System.arraycopy(out, i * w, rows.get(output.getKey())[from + i], 0, w);
        }
      }
    }
    return rows;
  }

  public Program program() {
    return program;
  }

  @Override
  public void close() {
    program.close();
  }
}
