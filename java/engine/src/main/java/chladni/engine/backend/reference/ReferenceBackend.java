package chladni.engine.backend.reference;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Ledger;
import chladni.engine.backend.OpenResource;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Runs graphs with plain loops on the calling thread; it owns nothing native. */
public final class ReferenceBackend implements Backend {
  private static final Set<Precision> PRECISIONS =
      Collections.unmodifiableSet(EnumSet.allOf(Precision.class));

  private final Ledger ledger = new Ledger(this, "reference engine", () -> {});

  Ledger ledger() {
    return ledger;
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "reference: plain Java loops, 1 thread";
  }

  @Override
  public Set<Precision> precisions() {
    return PRECISIONS;
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public Store newStore(long seed, Precision precision) {
    return new ReferenceStore(this, seed, precision);
  }

  @Override
  public Program compile(Graph graph, Store store, Precision precision) {
    if (!(store instanceof ReferenceStore own)) {
      throw new ProgramException(
          "reference: the store is of another backend, %s. Make one with this backend's newStore."
              .formatted(store.getClass().getSimpleName()));
    }
    own.checkPrecision(precision);
    return ReferenceProgram.of(graph, own, this);
  }

  @Override
  public List<OpenResource> openResources() {
    return ledger.open();
  }

  @Override
  public void close() {
    ledger.close();
  }
}
