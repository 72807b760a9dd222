package chladni.engine.backend;

import chladni.engine.api.Experimental;
import chladni.engine.graph.Graph;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** An opened backend. It owns its threads and native state; programs and stores die with it. */
@Experimental
public interface Backend extends AutoCloseable {
  /** The name of its provider. */
  String name();

  /** One line for people: instruction sets, library versions, threads. */
  String description();

  /** How many threads compute: the last bits of a result may depend on it. */
  int threads();

  /** Bytes of memory that its device has of its own; empty where it computes in the host's. */
  default OptionalLong deviceMemory() {
    return OptionalLong.empty();
  }

  /** The precisions that it has on this machine. */
  Set<Precision> precisions();

  /**
   * An empty store; variables take their first values from the seed.
   *
   * @throws PrecisionException when this backend has no such precision, with what is missing
   */
  Store newStore(long seed, Precision precision);

  /**
   * Binds a graph: plans memory, chooses implementations, declares the graph's variables in the
   * store, whose precision it has. The graph is frozen.
   *
   * @throws PrecisionException when this backend has no such precision, or the store another
   */
  Program compile(Graph graph, Store store, Precision precision);

  /**
   * Programs compiled from now on take these where they have one of the problems: before what was
   * kept on this machine, and instead of tuning. Problems of another machine mean nothing here. A
   * choice that cannot be had any more is a warning in the log; the program's choices then say what
   * was taken instead.
   *
   * @param choices what {@link Program#choices} gave, perhaps in another process
   */
  default void adopt(Map<String, String> choices) {}

  /** The backend and its open stores and programs, oldest first; empty when it is closed. */
  List<OpenResource> openResources();

  /** Frees programs and stores that are still open, and reports each in the log. */
  @Override
  void close();
}
