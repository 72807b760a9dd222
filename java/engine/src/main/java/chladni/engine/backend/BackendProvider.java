package chladni.engine.backend;

import chladni.engine.api.Experimental;
import java.util.List;

/** How ServiceLoader finds a backend. */
@Experimental
public interface BackendProvider {
  /** The name that {@code --device} takes: {@code reference}, {@code cpu}, {@code cuda}. */
  String name();

  /** The order in which {@code auto} tries backends: the highest first; negative is never tried. */
  int priority();

  /**
   * Opens the backend.
   *
   * @throws MissingBackendException when this machine lacks what it needs, with what was tried
   */
  Backend open(BackendOptions options);

  /** What it needs of the machine beside its jars, found or not; empty when that is nothing. */
  default List<Requirement> requirements() {
    return List.of();
  }
}
