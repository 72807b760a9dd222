package chladni.benchmarks;

import chladni.cuda.CudaSteps;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Program;
import chladni.engine.backend.cpu.CpuProgram;
import java.util.stream.IntStream;

/** Some steps of a program, again and again on what its last run has left. */
interface Rerun extends AutoCloseable {
  void run();

  @Override
  default void close() {}

  /**
   * @throws chladni.engine.backend.ProgramException for a program of neither cpu nor cuda
   */
  static Rerun of(Program program, int... steps) {
    if (program instanceof CpuProgram cpu) {
      return () -> cpu.rerun(steps);
    }
    CudaSteps cuda = CudaSteps.of(program, steps);
    return new Rerun() {
      @Override
      public void run() {
        cuda.run();
      }

      @Override
      public void close() {
        cuda.close();
      }
    };
  }

  /** Its convolutions and matrix products alone: what the vendor's library takes of a run. */
  static Rerun products(Program program) {
    return of(program, productsOf(program));
  }

  /** The numbers of these steps in the listing. */
  static int[] productsOf(Program program) {
    var steps = program.listing().steps();
    return IntStream.range(0, steps.size())
        .filter(i -> steps.get(i).kind() == Listing.Kind.PRODUCT)
        .toArray();
  }
}
