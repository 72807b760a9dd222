package chladni.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUgraphExec;

/**
 * Times what could do a convolution, each by itself as a graph on the device.
 *
 * <p>A trial works on the buffers of the step and disturbs nothing. It reads inputs and variables,
 * which it leaves as they are. It writes results of the step and its sums, in an arena and outputs
 * that belong to this program alone and that each run writes before it reads them; there has been
 * none. What else it writes is memory of its own. A step that writes a variable in place is not
 * tried.
 */
final class Trials {
  private static final System.Logger LOG = System.getLogger("chladni.cuda");

  private static final int ROUNDS = 3;
  private static final int IN_A_ROW = 10;

  /** Not looked at again: one run of it took so many times as long as the best. */
  private static final double HOPELESS = 3;

  private final Device device;

  /** A candidate with its milliseconds. */
  private record Timed(ConvolutionWay.Candidate candidate, double milliseconds) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s %.4f ms", candidate.name(), milliseconds);
    }
  }

  Trials(Device device) {
    this.device = device;
  }

  /** Whether it may run before the program does. */
  static boolean mayRun(ConvolutionTask task) {
    return Binding.variable(task.convolution().result().buffer()) == null;
  }

  /** The fastest of those that have room, else the first; what each took is in the log. */
  ConvolutionWay.Candidate fastest(
      ConvolutionTask task, List<ConvolutionWay.Candidate> candidates) {
    List<Timed> all = new ArrayList<>();
    Timed best = null;
    for (ConvolutionWay.Candidate candidate : candidates) {
      double limit = best == null ? Double.MAX_VALUE : HOPELESS * best.milliseconds;
      try {
        Timed timed = new Timed(candidate, milliseconds(task, candidate, limit));
        all.add(timed);
        best = best == null || timed.milliseconds < best.milliseconds ? timed : best;
      } catch (OutOfDeviceMemoryException e) {
        task.refused(candidate.name(), e.getMessage());
      }
    }
    LOG.log(
        System.Logger.Level.INFO, "tuned {0}: {1} of {2}", task.step().label(), best, all);
    return best == null ? candidates.getFirst() : best.candidate;
  }

  private double milliseconds(
      ConvolutionTask task, ConvolutionWay.Candidate candidate, double limit) {
    CudaLowering alone = new CudaLowering(task.lowering());
    try {
      ConvolutionTask trial = task.in(alone);
      candidate.add(trial);
      if (task.sums() != null && !candidate.sums()) {
        trial.fused().reduction(task.sums());
      }
      Runnable work = alone.alone();
      // A library may load what it needs at its first run, which a capture would refuse.
      work.run();
      device.driver().stream().synchronize();
      return milliseconds(device.driver().stream().capture(List.of(work)), limit);
    } finally {
      alone.owned().forEach(BoundProgram::close);
    }
  }

  private double milliseconds(CUgraphExec graph, double limit) {
    try (CudaSteps steps = new CudaSteps(device, graph, true)) {
      double least = steps.milliseconds(1);
      for (int i = 0; i < ROUNDS && least < limit; i++) {
        least = Math.min(least, steps.milliseconds(IN_A_ROW));
      }
      return least;
    }
  }
}
