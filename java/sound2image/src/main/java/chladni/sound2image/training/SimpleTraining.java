package chladni.sound2image.training;

import chladni.engine.LossHistory;
import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Variable;
import chladni.engine.io.Weights;
import chladni.engine.nn.Parameters;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One network with one optimizer, already built into a graph. */
public final class SimpleTraining implements TrainingStep {
  private final Backend backend;
  private final Parameters parameters;
  private final String file;
  private final List<String> losses;
  private final LossHistory history;
  private final Store store;
  private final Program program;

  /**
   * @param graph has an input {@code lr}; every output is a loss or figure to log
   * @param parameters what {@link #saveWeights} writes
   * @param file the name of the file of weights
   */
  public SimpleTraining(Backend backend, Graph graph, Parameters parameters, String file, long seed) {
    this(backend, graph, parameters, file, seed, Precision.FP32);
  }

  public SimpleTraining(
      Backend backend, Graph graph, Parameters parameters, String file, long seed, Precision precision) {
    this.backend = backend;
    this.parameters = parameters;
    this.file = file;
    this.losses = List.copyOf(graph.outputs().keySet());
    this.history = Kept.losses(graph);
    this.store = backend.newStore(seed, precision);
    this.program = backend.compile(graph, store, precision);
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public Store store() {
    return store;
  }

  @Override
  public List<String> losses() {
    return losses;
  }

  @Override
  public LossHistory history() {
    return history;
  }

  @Override
  public List<Variable> variables() {
    return Kept.ofCheckpoint(store.variables());
  }

  @Override
  public void saveWeights(Path folder, Map<String, String> metadata) {
    Weights.save(
        folder.resolve(file), store, parameters.all(), parameters.prefix(), metadata);
  }

  @Override
  public void close() {
    program.close();
    store.close();
  }
}
