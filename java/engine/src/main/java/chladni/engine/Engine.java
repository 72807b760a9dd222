package chladni.engine;

import chladni.engine.api.Experimental;
import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.BackendProvider;
import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.OpenResource;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

/** One backend, opened: the way in for a program that embeds the engine. */
public final class Engine implements AutoCloseable {
  private final Backend backend;
  private final String choice;

  private Engine(Backend backend, String choice) {
    this.backend = backend;
    this.choice = choice;
  }

  /** The best backend that this machine has; {@link #choice} says which and why. */
  public static Engine open() {
    return open("auto", BackendOptions.DEFAULT);
  }

  /** A backend by name, with the threads that this process may use. */
  public static Engine open(String device) {
    return open(device, BackendOptions.DEFAULT);
  }

  /**
   * A backend by name: {@code auto}, {@code cpu}, {@code cuda}, {@code reference} or another on the
   * class path.
   *
   * @throws MissingBackendException when it is not there; a named backend is never replaced
   */
  public static Engine open(String device, BackendOptions options) {
    List<BackendProvider> providers =
        ServiceLoader.load(BackendProvider.class, Engine.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
            .toList();
    List<String> names = providers.stream().map(BackendProvider::name).toList();
    if (device.equals("auto")) {
      return openBest(providers, options);
    }
    for (BackendProvider provider : providers) {
      if (provider.name().equals(device)) {
        return new Engine(provider.open(options), device + ": asked for");
      }
    }
    throw new MissingBackendException(
        "device '%s': no such backend on the class path, which has %s.%s"
            .formatted(
                device, names, device.equals("cuda") ? " Add io.chladni:chladni-cuda to it." : ""));
  }

  private static Engine openBest(List<BackendProvider> providers, BackendOptions options) {
    List<String> tried = new ArrayList<>();
    for (BackendProvider provider : providers) {
      if (provider.priority() < 0) {
        continue;
      }
      try {
        String why = tried.isEmpty() ? "the first choice" : "after " + String.join("; ", tried);
        return new Engine(provider.open(options), provider.name() + ": " + why);
      } catch (MissingBackendException e) {
        tried.add(e.getMessage());
      }
    }
    throw new MissingBackendException(
        "device 'auto': no backend opens here. Tried: %s. The reference backend runs anywhere: ask for it by name."
            .formatted(tried));
  }

  /** What backends offer beyond this class. */
  @Experimental
  public Backend backend() {
    return backend;
  }

  /** Which backend was taken and why. */
  public String choice() {
    return choice;
  }

  /** One line for people: instruction sets, library versions, threads. */
  public String description() {
    return backend.description();
  }

  /** The precisions that stores and programs may have on this machine. */
  public Set<Precision> precisions() {
    return backend.precisions();
  }

  /** An empty FP32 store. */
  public Store newStore(long seed) {
    return newStore(seed, Precision.FP32);
  }

  /**
   * An empty store, whose precision its programs take.
   *
   * @throws PrecisionException when the backend has no such precision on this machine
   */
  public Store newStore(long seed, Precision precision) {
    return backend.newStore(seed, precision);
  }

  /** Compiles in the precision of the store. */
  public Program compile(Graph graph, Store store) {
    return backend.compile(graph, store, store.precision());
  }

  /**
   * The engine and its open stores and programs, oldest first, each with the line that opened it;
   * empty when the engine is closed.
   */
  @Experimental
  public List<OpenResource> openResources() {
    return backend.openResources();
  }

  /**
   * Frees everything. A store or program that is still open is reported as a warning in the log {@code
   * chladni.engine}, with the line that opened it; so is one that was lost without being closed.
   */
  @Override
  public void close() {
    backend.close();
  }
}
