package chladni.cuda;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuMemsetD8Async;

import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;

/**
 * A run of a program, or some of its steps alone, as a graph that is timed on the device: for
 * benchmarks. It works on what the last run has left and changes it as a run does. To be closed
 * before the program.
 */
public final class CudaSteps implements AutoCloseable {
  /**
   * Replays between two events while caches are warm. The device waits for the host before the
   * first; the others are queued by the time that it comes to them.
   */
  private static final int IN_A_ROW = 10;

  private final Device device;
  private final Runnable before;
  private final CUgraphExec graph;
  private final boolean own;
  private final CUevent begin = new CUevent();
  private final CUevent end = new CUevent();
  private DeviceMemory flush;

  /**
   * @param own whether the graph ends with it
   */
  CudaSteps(Device device, CUgraphExec graph, boolean own) {
    this(device, () -> {}, graph, own);
  }

  /**
   * @param before puts on the stream what comes before each launch
   */
  private CudaSteps(Device device, Runnable before, CUgraphExec graph, boolean own) {
    this.device = device;
    this.before = before;
    this.graph = graph;
    this.own = own;
    check(cuEventCreate(begin, CUevent_flags.CU_EVENT_DEFAULT), "cuEventCreate");
    check(cuEventCreate(end, CUevent_flags.CU_EVENT_DEFAULT), "cuEventCreate");
  }

  /**
   * Whole runs with the copies of all inputs and outputs, as if each input were written before each
   * run, by the very graph that {@link Program#run} launches.
   *
   * @throws ProgramException when the program is none of this backend's, has steps on the host or has
   *     not run yet
   */
  public static CudaSteps run(Program program) {
    CudaProgram cuda = ours(program);
    return cuda.device()
        .call(
            () -> {
              BoundProgram bound = cuda.bound();
              return new CudaSteps(cuda.device(), bound::copyAllIn, bound.onlyGraph(), false);
            });
  }

  /**
   * Steps of the program's listing, by number and in this order.
   *
   * @throws ProgramException when the program is none of this backend's or has not run yet, or a
   *     step is the host's
   */
  public static CudaSteps of(Program program, int... steps) {
    CudaProgram cuda = ours(program);
    List<Runnable> work = new ArrayList<>();
    for (int i : steps) {
      CudaLowering.Line line = cuda.bound().lines().get(i);
      if (line.host() != null) {
        throw new ProgramException(
            "steps: '%s' runs on the host. Leave it out.".formatted(line.listed().label()));
      }
      work.add(line.work());
    }
    Device device = cuda.device();
    return device.call(
        () -> {
          cuda.bound().checkRan();
          return new CudaSteps(device, device.driver().stream().capture(work), true);
        });
  }

  private static CudaProgram ours(Program program) {
    if (program instanceof CudaProgram cuda) {
      return cuda;
    }
    throw new ProgramException(
        "steps: only programs of the cuda backend are timed on its device, got one of %s."
            .formatted(program.getClass().getSimpleName()));
  }

  /** Once, to its end. */
  public void run() {
    device.run(
        () -> {
          launch();
          device.driver().stream().synchronize();
        });
  }

  /** Device milliseconds of one replay, what it reads being in L2 where it fits. */
  public double warm() {
    return device.call(() -> milliseconds(IN_A_ROW));
  }

  /**
   * Device milliseconds of one replay after L2 was filled with something else. While the device
   * fills it, the host queues what is timed.
   */
  public double cold() {
    return device.call(
        () -> {
          if (flush == null) {
            long bytes = 2L * device.driver().l2Bytes();
            flush = new DeviceMemory(device.driver(), bytes, "the flush of L2");
          }
          check(cuMemsetD8Async(flush.at(0), (byte) 0, flush.bytes(), stream()), "cuMemsetD8Async");
          return milliseconds(1);
        });
  }

  /** Device milliseconds of each of so many replays in a row; for whoever has the device. */
  double milliseconds(int replays) {
    check(cuEventRecord(begin, stream()), "cuEventRecord");
    for (int i = 0; i < replays; i++) {
      launch();
    }
    check(cuEventRecord(end, stream()), "cuEventRecord");
    device.driver().stream().synchronize();
    float[] elapsed = new float[1];
    check(cuEventElapsedTime(elapsed, begin, end), "cuEventElapsedTime");
    return elapsed[0] / replays;
  }

  private void launch() {
    before.run();
    check(cuGraphLaunch(graph, stream()), "cuGraphLaunch");
  }

  private CUstream stream() {
    return device.driver().stream().handle();
  }

  /** A run that fails is found out when the driver waits for it. */
  private static void check(int status, String what) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw new CudaException("cuda: %s: %s.".formatted(what, CUresult.stringFor(status)));
    }
  }

  @Override
  public void close() {
    device.release(
        () -> {
          check(cuEventDestroy(begin), "cuEventDestroy");
          check(cuEventDestroy(end), "cuEventDestroy");
          if (own) {
            device.driver().stream().destroy(graph);
          }
          if (flush != null) {
            flush.close();
          }
        });
  }
}
