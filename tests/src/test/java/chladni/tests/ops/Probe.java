package chladni.tests.ops;

import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A list of nodes compiled for one backend, to be evaluated at points. */
final class Probe implements AutoCloseable {
  private final Graph graph = new Graph();
  private final List<Node> nodes;
  private final Store store;
  private final Program program;

  Probe(Backends.Target target, Function<Graph, List<Node>> build) {
    nodes = build.apply(graph);
    for (int i = 0; i < nodes.size(); i++) {
      graph.output("y" + i, nodes.get(i));
    }
    store = target.backend().newStore(11, target.precision());
    program = target.backend().compile(graph, store, target.precision());
  }

  List<Node> nodes() {
    return nodes;
  }

  Store store() {
    return store;
  }

  /** The values of all nodes; inputs that are not named keep theirs. */
  List<double[]> at(Map<String, double[]> inputs) {
    inputs.forEach(this::write);
    program.run();
    List<double[]> results = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      results.add(
          nodes.get(i).dtype() == DType.FLOAT
              ? program.readDoubles("y" + i)
              : Arrays.stream(program.readInts("y" + i)).asDoubleStream().toArray());
    }
    return results;
  }

  private void write(String name, double[] values) {
    if (graph.inputs().get(name).dtype() == DType.FLOAT) {
      program.write(name, values);
    } else {
      program.write(name, Arrays.stream(values).mapToInt(v -> (int) v).toArray());
    }
  }

  @Override
  public void close() {
    program.close();
    store.close();
  }
}
