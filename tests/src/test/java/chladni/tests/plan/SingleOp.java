package chladni.tests.plan;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One operation on arrays in row-major order, as the reference computes it. */
final class SingleOp implements AutoCloseable {
  private final Node node;
  private final Store store;
  private final Program program;

  SingleOp(Backend backend, Node node) {
    this.node = node;
    Graph graph = new Graph();
    List<Node> operands = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      operands.add(graph.input("in" + i, node.input(i).type()));
    }
    graph.output("out", graph.append(node.op(), operands));
    this.store = backend.newStore(0, Precision.FP64);
    this.program = backend.compile(graph, store, Precision.FP64);
  }

  double[] apply(double[][] in) {
    for (int i = 0; i < in.length; i++) {
      if (node.input(i).dtype() == DType.INT32) {
        program.write("in" + i, Arrays.stream(in[i]).mapToInt(v -> (int) v).toArray());
      } else {
        program.write("in" + i, in[i]);
      }
    }
    program.run();
    return node.dtype() == DType.INT32
        ? Arrays.stream(program.readInts("out")).asDoubleStream().toArray()
        : program.readDoubles("out");
  }

  @Override
  public void close() {
    program.close();
    store.close();
  }
}
