package chladni.cuda;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Ledger;
import chladni.engine.backend.OpenResource;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** An opened device and what it has given out. */
final class CudaBackend implements Backend {
  private static final Set<Precision> PRECISIONS =
      Collections.unmodifiableSet(EnumSet.of(Precision.FP32, Precision.TF32, Precision.BF16));

  private final Device device;
  private final Ledger ledger;

  CudaBackend(CudaLibraries libraries, ChoiceFolder folder, BackendOptions options) {
    device = new Device(libraries, folder, options.tune());
    ledger = new Ledger(this, "cuda engine", device::close);
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String description() {
    return device.description();
  }

  @Override
  public OptionalLong deviceMemory() {
    return OptionalLong.of(device.call(device.driver()::memory));
  }

  /** One: the host only launches, and how the card divides work is part of our kernels. */
  @Override
  public int threads() {
    return 1;
  }

  @Override
  public Set<Precision> precisions() {
    return PRECISIONS;
  }

  Device device() {
    return device;
  }

  Ledger ledger() {
    return ledger;
  }

  @Override
  public Store newStore(long seed, Precision precision) {
    check(precision);
    return new CudaStore(this, seed, precision);
  }

  @Override
  public Program compile(Graph graph, Store store, Precision precision) {
    if (!(store instanceof CudaStore own) || own.backend() != this) {
      throw new ProgramException(
          "compile: the store belongs to another backend. Make it with newStore of this one.");
    }
    own.checkPrecision(precision);
    return CudaProgram.of(graph, own);
  }

  private void check(Precision precision) {
    if (!PRECISIONS.contains(precision)) {
      throw new PrecisionException(
          "cuda: it computes in %s, asked for %s. Use the reference backend."
              .formatted(PRECISIONS, precision));
    }
  }

  @Override
  public void adopt(Map<String, String> choices) {
    device.choices().adopt(choices);
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
