package chladni.cuda;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamQuery;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;

/**
 * The one stream that everything goes to: copies, launches and captured graphs, in their order. The
 * host waits when it is told to, and nothing else waits for a stream like this.
 */
final class DeviceStream {
  private static final String ADVICE =
      " With CHLADNI_CUDA_STEPS=1 each step runs alone and the one that fails is named.";

  private final CUstream stream = new CUstream();
  private final Health health;

  /** The programs that have put runs here for which nobody has waited. */
  private final Set<String> queued = new LinkedHashSet<>();

  DeviceStream(Health health) {
    this.health = health;
    check(cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  }

  /** As libraries take it. */
  CUstream handle() {
    return stream;
  }

  /** From pinned memory. */
  void copyIn(CUdeviceptr to, Pointer from, long bytes) {
    check(
        cuMemcpyHtoDAsync(to, from, bytes, stream),
        "cuMemcpyHtoDAsync of %d bytes".formatted(bytes));
  }

  /** To pinned memory. */
  void copyOut(Pointer to, CUdeviceptr from, long bytes) {
    check(
        cuMemcpyDtoHAsync(to, from, bytes, stream),
        "cuMemcpyDtoHAsync of %d bytes".formatted(bytes));
  }

  /** From one place on the device to another. */
  void copy(CUdeviceptr to, CUdeviceptr from, long bytes) {
    check(
        cuMemcpyDtoDAsync(to, from, bytes, stream),
        "cuMemcpyDtoDAsync of %d bytes".formatted(bytes));
  }

  /** Puts a launch on the stream. */
  void launch(Launch l) {
    NativePointerObject[] arguments = new NativePointerObject[l.arguments().size()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = l.arguments().get(i);
    }
    check(
        cuLaunchKernel(
            l.function(),
            l.gridX(),
            l.gridY(),
            l.gridZ(),
            l.block(),
            1,
            1,
            0,
            stream,
            Pointer.to(arguments),
            null),
        "cuLaunchKernel %s, grid %d x %d x %d, block %d"
            .formatted(l.kernel(), l.gridX(), l.gridY(), l.gridZ(), l.block()));
  }

  /** What {@code work} puts on the stream, as a graph that can be launched again and again. */
  CUgraphExec capture(List<Runnable> work) {
    CUgraph graph = new CUgraph();
    check(
        cuStreamBeginCapture(
            stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "cuStreamBeginCapture");
    RuntimeException failed = null;
    try {
      work.forEach(Runnable::run);
    } catch (RuntimeException e) {
      failed = e;
    }
    int ended = cuStreamEndCapture(stream, graph);
    if (failed != null) {
      throw failed;
    }
    check(ended, "cuStreamEndCapture");
    CUgraphExec exec = new CUgraphExec();
    try {
      check(cuGraphInstantiate(exec, graph, 0), "cuGraphInstantiate");
    } finally {
      check(cuGraphDestroy(graph), "cuGraphDestroy");
    }
    return exec;
  }

  /** Runs of this program come next: its name is in the message when one fails. */
  void follows(String program) {
    queued.add(program);
  }

  /** Puts a replay of a graph on the stream. */
  void launch(CUgraphExec graph) {
    checkRun(cuGraphLaunch(graph, stream), "cuGraphLaunch");
  }

  void destroy(CUgraphExec graph) {
    await();
    check(cuGraphExecDestroy(graph), "cuGraphExecDestroy");
  }

  /** Waits for what is on the stream. */
  void synchronize() {
    checkRun(cuStreamSynchronize(stream), "cuStreamSynchronize");
    queued.clear();
  }

  /** Waits for runs that were queued. */
  void await() {
    if (!queued.isEmpty()) {
      synchronize();
    }
  }

  /** Whether a run that was queued is not at its end. */
  boolean isBusy() {
    if (queued.isEmpty()) {
      return false;
    }
    int status = cuStreamQuery(stream);
    if (status == CUresult.CUDA_ERROR_NOT_READY) {
      return true;
    }
    checkRun(status, "cuStreamQuery");
    return false;
  }

  /** For {@link #record} and {@link #await(CUevent)}. */
  CUevent event() {
    CUevent event = new CUevent();
    check(cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
    return event;
  }

  /** The event comes when the stream is done with what is on it now. */
  void record(CUevent event) {
    check(cuEventRecord(event, stream), "cuEventRecord");
  }

  /** Waits for an event that was recorded. */
  void await(CUevent event) {
    checkRun(cuEventSynchronize(event), "cuEventSynchronize");
  }

  void destroy(CUevent event) {
    check(cuEventDestroy(event), "cuEventDestroy");
  }

  /** What the driver answers. */
  int destroy() {
    return cuStreamDestroy(stream);
  }

  private void check(int status, String what) {
    health.check(status, what, true);
  }

  /** For what breaks a run off: some variables may have their new values already. */
  private void checkRun(int status, String what) {
    try {
      health.check(status, what, false);
    } catch (CudaException e) {
      throw queued.isEmpty() ? e : e.in(String.join(", ", queued), ADVICE);
    }
  }
}
