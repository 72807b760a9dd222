package chladni.engine.backend;

import chladni.engine.api.Experimental;
import chladni.engine.graph.Graph;
import java.util.List;

/** An opened backend. It owns its threads and native state; programs and stores die with it. */
@Experimental
public interface Backend extends AutoCloseable {
  /** The name of its provider. */
  String name();

  /** One line for people: instruction sets, library versions, threads. */
  String description();

  /** How many threads compute: the last bits of a result may depend on it. */
  int threads();

  /** An empty store; variables take their first values from the seed. */
  Store newStore(long seed, Precision precision);

  /**
   * Binds a graph: plans memory, chooses implementations, declares the graph's variables in the
   * store. The graph is frozen.
   *
   * @throws PrecisionException when this backend has no such precision
   */
  Program compile(Graph graph, Store store, Precision precision);

  /** The backend and its open stores and programs, oldest first; empty when it is closed. */
  List<OpenResource> openResources();

  /** Frees programs and stores that are still open, and reports each in the log. */
  @Override
  void close();
}
