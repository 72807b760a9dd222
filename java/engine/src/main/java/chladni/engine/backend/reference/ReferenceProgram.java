package chladni.engine.backend.reference;

import chladni.engine.backend.Ledger;
import chladni.engine.backend.Listing;
import chladni.engine.backend.NonFinite;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.ArgMax;
import chladni.engine.graph.Assign;
import chladni.engine.graph.BatchNorm;
import chladni.engine.graph.BlockSum2d;
import chladni.engine.graph.Broadcast;
import chladni.engine.graph.ChannelBroadcast;
import chladni.engine.graph.ChannelSum;
import chladni.engine.graph.Concat;
import chladni.engine.graph.Constant;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.DType;
import chladni.engine.graph.Dropout;
import chladni.engine.graph.ElementwiseOp;
import chladni.engine.graph.Flip;
import chladni.engine.graph.Gather;
import chladni.engine.graph.GatherAlong;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Increment;
import chladni.engine.graph.Input;
import chladni.engine.graph.LogSoftmax;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.Max;
import chladni.engine.graph.MaxPool2d;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.MaxPool2dPick;
import chladni.engine.graph.Node;
import chladni.engine.graph.OneHot;
import chladni.engine.graph.Pad;
import chladni.engine.graph.Product;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Resample2d;
import chladni.engine.graph.Resample2dGrad;
import chladni.engine.graph.Reshape;
import chladni.engine.graph.ScatterAdd;
import chladni.engine.graph.ScatterAddAlong;
import chladni.engine.graph.Slice;
import chladni.engine.graph.Sum;
import chladni.engine.graph.ToFloat;
import chladni.engine.graph.TopK;
import chladni.engine.graph.Transpose;
import chladni.engine.graph.UpsampleNearest2d;
import chladni.engine.graph.Variable;
import chladni.engine.graph.WindowSpread2d;
import chladni.engine.graph.WindowSum2d;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The nodes that outputs and assignments need, evaluated one after the other in creation order.
 * Each node makes an array of its own and no array is written again, so a read of a variable's old
 * version is simply its old array. Variables change when the run has succeeded.
 */
final class ReferenceProgram extends Program {
  private final ReferenceStore store;
  private final List<Node> live;
  private final ReferenceListing listing;

  /** For each node, the last node that reads it; outputs and assignments are kept for good. */
  private final int[] lastUse;

  private final Map<String, double[]> written = new LinkedHashMap<>();
  private final double[][] values;
  private final Ledger.Entry entry;

  /** Never read: a backend out of reach is closed, and must not be while this is in reach. */
  private final ReferenceBackend backend;

  private boolean ran;

  private ReferenceProgram(
      Graph graph,
      ReferenceStore store,
      List<Node> live,
      int[] lastUse,
      ReferenceBackend backend) {
    super(graph);
    this.store = store;
    this.live = live;
    this.listing = new ReferenceListing(graph, store.precision(), live, lastUse);
    this.lastUse = lastUse;
    this.values = new double[lastUse.length][];
    this.backend = backend;
    String what = "program with outputs " + graph.outputs().keySet();
    this.entry = backend.ledger().enter(this, what, () -> {});
  }

  static ReferenceProgram of(Graph graph, ReferenceStore store, ReferenceBackend backend) {
    graph.freeze();
    graph.variables().forEach(store::declare);
    List<Node> nodes = graph.nodes();
    int[] lastUse = new int[nodes.size()];
    Arrays.fill(lastUse, -1);
    graph.outputs().values().forEach(n -> lastUse[n.id()] = Integer.MAX_VALUE);
    nodes.stream()
        .filter(n -> n.op() instanceof Assign)
        .forEach(n -> lastUse[n.id()] = Integer.MAX_VALUE);
    for (Node node : nodes.reversed()) {
      if (lastUse[node.id()] >= 0) {
        node.inputs().forEach(n -> lastUse[n.id()] = Math.max(lastUse[n.id()], node.id()));
      }
    }
    List<Node> live = nodes.stream().filter(n -> lastUse[n.id()] >= 0).toList();
    return new ReferenceProgram(graph, store, live, lastUse, backend);
  }

  @Override
  protected void execute() {
    run(_ -> {});
  }

  @Override
  protected Optional<NonFinite> executeTraced() {
    NonFinite[] first = new NonFinite[1];
    run(
        node -> {
          if (first[0] == null) {
            first[0] = listing.nonFinite(node, values);
          }
        });
    return Optional.ofNullable(first[0]);
  }

  /**
   * @param look is shown each node when its value is there and its operands' still are
   */
  private void run(Consumer<Node> look) {
    if (entry.isClosed()) {
      throw new ProgramException("program: its backend is closed. Open the engine again.");
    }
    ran = false;
    for (Node node : live) {
      double[] result = evaluate(node);
      values[node.id()] =
          node.dtype() == DType.FLOAT ? Numbers.rounded(result, store.precision()) : result;
      look.accept(node);
      for (Node input : node.inputs()) {
        if (lastUse[input.id()] == node.id()) {
          values[input.id()] = null;
        }
      }
    }
    for (Node node : live) {
      if (node.op() instanceof Assign(Variable variable)) {
        store.commit(variable.name(), values[node.id()]);
      }
    }
    ran = true;
  }

  private double[] evaluate(Node node) {
    double[][] in = new double[node.inputs().size()][];
    for (int i = 0; i < in.length; i++) {
      double[] value = values[node.input(i).id()];
      in[i] = node.op() instanceof Product ? Numbers.operand(value, store.precision()) : value;
    }
    return switch (node.op()) {
      case Input input -> written(input);
      case Constant constant -> Shapes.filled(node.shape(), constant.value());
      case ReadVariable(Variable variable) -> store.values(variable.name());
      case Assign _ -> in[0];
      case ElementwiseOp op -> Elementwise.apply(op, in);
      case ToFloat _ -> in[0].clone();
      case Increment _ -> Elementwise.increment(in[0]);
      case Reshape _ -> in[0];
      case Broadcast _ -> Shapes.broadcast(node, in[0]);
      case Transpose op -> Shapes.transpose(op, node, in[0]);
      case Slice op -> Shapes.slice(op, node, in[0]);
      case Flip op -> Shapes.flip(op, node, in[0]);
      case Pad op -> Shapes.pad(op, node, in[0]);
      case Concat op -> Shapes.concat(op, node, in);
      case UpsampleNearest2d op -> Shapes.upsampleNearest2d(op, node, in[0]);
      case ChannelBroadcast _ -> Shapes.channelBroadcast(node, in[0]);
      case Sum op -> Reductions.sum(op, node, in[0]);
      case Max op -> Reductions.max(op, node, in[0]);
      case ChannelSum op -> Reductions.channelSum(op, node, in[0]);
      case BlockSum2d op -> Reductions.blockSum2d(op, node, in[0]);
      case MatMul op -> Products.matMul(op, node, in[0], in[1]);
      case Conv2d op -> Convolutions.conv2d(op, node, in[0], in[1]);
      case ConvTranspose2d op -> Convolutions.convTranspose2d(op, node, in[0], in[1]);
      case ConvWeightGrad op -> Convolutions.convWeightGrad(op, node, in[0], in[1]);
      case MaxPool2d op -> Pooling.maxPool2d(op, node, in[0]);
      case MaxPool2dGrad op -> Pooling.maxPool2dGrad(op, node, in[0], in[1]);
      case MaxPool2dPick op -> Pooling.maxPool2dPick(op, node, in[0], in[1]);
      case WindowSum2d op -> Pooling.windowSum2d(op, node, in[0]);
      case WindowSpread2d op -> Pooling.windowSpread2d(op, node, in[0]);
      case Resample2d op -> Resampled.resample2d(op, node, in[0]);
      case Resample2dGrad op -> Resampled.resample2dGrad(op, node, in[0]);
      case BatchNorm op -> Normalisation.batchNorm(op, node, in);
      case LogSoftmax op -> Normalisation.logSoftmax(op, node, in[0]);
      case OneHot op -> Shapes.oneHot(op, node, in[0]);
      case Gather op -> Indexing.gather(op, node, in[0], in[1]);
      case ScatterAdd op -> Indexing.scatterAdd(op, node, in[0], in[1]);
      case GatherAlong op -> Indexing.gatherAlong(op, node, in[0], in[1]);
      case ScatterAddAlong op -> Indexing.scatterAddAlong(op, node, in[0], in[1]);
      case ArgMax op -> Indexing.argMax(op, node, in[0]);
      case TopK op -> Indexing.topK(op, node, in[0]);
      case CustomOp op -> Customs.custom(op, node, in);
      case Dropout op -> Randomness.dropout(op, in[0], (int) in[1][0]);
    };
  }

  private double[] written(Input input) {
    double[] given = written.get(input.key());
    if (given == null) {
      throw new ProgramException(
          "input '%s': it has no value yet. Write it before the first run.".formatted(input.key()));
    }
    return given;
  }

  @Override
  protected void copyIn(Node input, float[] given) {
    written.put(key(input), Numbers.toDoubles(given));
  }

  @Override
  protected void copyIn(Node input, double[] given) {
    written.put(key(input), given.clone());
  }

  @Override
  protected void copyIn(Node input, int[] given) {
    written.put(key(input), Arrays.stream(given).asDoubleStream().toArray());
  }

  private static String key(Node input) {
    return ((Input) input.op()).key();
  }

  @Override
  protected void copyOut(Node output, float[] dst) {
    System.arraycopy(Numbers.toFloats(result(output)), 0, dst, 0, dst.length);
  }

  @Override
  protected void copyOut(Node output, double[] dst) {
    System.arraycopy(result(output), 0, dst, 0, dst.length);
  }

  @Override
  protected void copyOut(Node output, int[] dst) {
    System.arraycopy(Numbers.toInts(result(output)), 0, dst, 0, dst.length);
  }

  private double[] result(Node output) {
    if (!ran) {
      throw new ProgramException(
          "output of %s: no run has finished yet. Run the program first.".formatted(output));
    }
    return values[output.id()];
  }

  @Override
  protected Listing list() {
    return listing.listing();
  }

  @Override
  protected void release() {
    entry.close();
    Arrays.fill(values, null);
    written.clear();
  }
}
