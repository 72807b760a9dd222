package chladni.engine.backend.cpu;

import chladni.engine.backend.Listing;
import chladni.engine.memory.HostArena;
import java.util.List;

/**
 * A native program with all that it refers to; freed as one, on the backend's thread.
 *
 * @param lines one per native step
 * @param epoch the store's, to whose addresses it is bound
 */
record BoundProgram(
    Native library,
    long program,
    HostArena host,
    Binding binding,
    CustomSteps customs,
    List<Long> primitives,
    List<Long> layouts,
    List<CpuLowering.Line> lines,
    Listing.Memory memory,
    long epoch)
    implements AutoCloseable {
  @Override
  public void close() {
    if (program != 0) {
      library.programDestroy(program);
    }
    primitives.forEach(library::primitiveDestroy);
    layouts.forEach(library::layoutDestroy);
    customs.close();
    binding.close();
    host.close();
  }
}
