package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** One layer in one direction as a program of its own, from row-major operands to a mean. */
public final class ConvolutionWork implements AutoCloseable {
  /** Of a layer: its result, the gradient by what goes in, the gradient by its weight. */
  public static final List<String> DIRECTIONS = List.of("forward", "data", "weight");

  private final Store store;
  private final Program program;

  private ConvolutionWork(Store store, Program program) {
    this.store = store;
    this.program = program;
  }

  /** Every layer of the benchmark, as its parameter spells them. */
  public static List<String> layers() {
    try {
      return List.of(ConvolutionBenchmark.class.getField("layer").getAnnotation(Param.class).value());
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @param layer kind, channels in, size, channels out and stride, such as {@code C64x128-128s2}
   * @param narrower divides the channels, at least to one
   */
  public static ConvolutionWork of(
      Engine engine, String layer, int batch, String direction, Precision precision, int narrower) {
    String[] parts = layer.substring(1).split("[x\\-s]");
    int in = Math.ceilDiv(Integer.parseInt(parts[0]), narrower);
    int size = Integer.parseInt(parts[1]);
    int out = Math.ceilDiv(Integer.parseInt(parts[2]), narrower);
    Window window = Window.of(Integer.parseInt(parts[3]), 1);
    boolean transposed = layer.startsWith("T");
    Graph graph = new Graph();
    Node x = state(graph, "x", Shape.of(batch, in, size, size));
    Shape kernel = transposed ? Shape.of(in, out, 4, 4) : Shape.of(out, in, 4, 4);
    Node w = graph.read(Variable.trainable("w", kernel, Initializers.normal(0, 0.02)));
    Node y = transposed ? Ops.convTranspose2d(x, w, window) : Ops.conv2d(x, w, window);
    Node result =
        switch (direction) {
          case "forward" -> y;
          case "data" -> gradient(graph, y, x);
          case "weight" -> gradient(graph, y, w);
          default -> throw new IllegalArgumentException(direction + ": one of " + DIRECTIONS);
        };
    graph.output("mean", Ops.mean(Ops.abs(result)));
    Store store = engine.newStore(1, precision);
    try {
      Program program = engine.backend().compile(graph, store, precision);
      program.run();
      return new ConvolutionWork(store, program);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static Node gradient(Graph graph, Node y, Node by) {
    Node dOut = state(graph, "dOut", y.shape());
    return Autodiff.gradients(Ops.sum(Ops.mul(y, dOut)), List.of(by)).getFirst();
  }

  private static Node state(Graph graph, String name, Shape shape) {
    return graph.read(Variable.trainable(name, shape, Initializers.normal(0, 1)));
  }

  public Program program() {
    return program;
  }

  /** The number of the product among the steps of the listing. */
  public int product() {
    return Rerun.productsOf(program)[0];
  }

  @Override
  public void close() {
    program.close();
    store.close();
  }
}
