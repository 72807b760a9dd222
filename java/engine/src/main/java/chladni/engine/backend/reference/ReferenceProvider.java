package chladni.engine.backend.reference;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.BackendProvider;

/** Offers the reference under the name {@code reference}; {@code auto} never takes it. */
public final class ReferenceProvider implements BackendProvider {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Backend open(BackendOptions options) {
    return new ReferenceBackend();
  }
}
