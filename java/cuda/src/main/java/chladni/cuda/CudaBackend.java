package chladni.cuda;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Ledger;
import chladni.engine.backend.OpenResource;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** An opened device and what it has given out. */
final class CudaBackend implements Backend {
  private final Device device;
  private final Ledger ledger;

  CudaBackend(CudaLibraries libraries) {
    device = new Device(libraries);
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
    return Set.of(Precision.FP32);
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
    return new CudaStore(this, seed);
  }

  @Override
  public Program compile(Graph graph, Store store, Precision precision) {
    check(precision);
    if (!(store instanceof CudaStore own) || own.backend() != this) {
      throw new ProgramException(
          "compile: the store belongs to another backend. Make it with newStore of this one.");
    }
    return CudaProgram.of(graph, own);
  }

  private static void check(Precision precision) {
    if (precision != Precision.FP32) {
      throw new PrecisionException(
          "cuda: it computes in FP32 alone, asked for %s. Use FP32; the reference backend has FP64, the cpu backend BF16 where the processor has it."
              .formatted(precision));
    }
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
