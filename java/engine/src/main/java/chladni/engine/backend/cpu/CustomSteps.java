package chladni.engine.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import chladni.engine.backend.CustomOpException;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.DType;
import chladni.engine.graph.Node;
import chladni.engine.graph.TensorType;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.OpStep;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * The custom operations of one bound program: each is a C function that the step list calls and that
 * calls back into Java. No exception may cross the native frames between the two, so a body's is kept
 * here until they are left.
 */
final class CustomSteps implements AutoCloseable {
  private static final MethodHandle COMPUTE;

  static {
    try {
      COMPUTE =
          MethodHandles.lookup()
              .findVirtual(Body.class, "compute", MethodType.methodType(int.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Null in a program without custom operations: closing a shared arena stops every thread. */
  private Arena stubs;

  private Node failed;
  private Throwable thrown;

  /** The words of a step: the address of its function. */
  @SuppressWarnings("restricted")
  Words words(OpStep step, CustomOp op, Binding binding) {
    List<CustomOp.Values> in =
        step.inputs().stream().<CustomOp.Values>map(b -> elements(b, binding)).toList();
    Body body = new Body(step.node(), op, in, elements(step.output(), binding));
    if (stubs == null) {
      stubs = Arena.ofShared();
    }
    MemorySegment function =
        Linker.nativeLinker()
            .upcallStub(COMPUTE.bindTo(body), FunctionDescriptor.of(JAVA_INT), stubs);
    return new Words().add(function.address());
  }

  private static Elements elements(Buffer buffer, Binding binding) {
    TensorType type = buffer.type();
    MemorySegment memory =
        binding.segment(buffer).asSlice(0, type.shape().elements() * Float.BYTES);
    return type.dtype() == DType.FLOAT ? new Floats(type, memory) : new Ints(type, memory);
  }

  /** What a body has thrown since the last call, or null. */
  CustomOpException takeFailure() {
    if (thrown == null) {
      return null;
    }
    CustomOpException e = new CustomOpException(failed, thrown);
    failed = null;
    thrown = null;
    return e;
  }

  @Override
  public void close() {
    if (stubs != null) {
      stubs.close();
    }
  }

  /** One operation with its operands. */
  private final class Body {
    private final Node node;
    private final CustomOp op;
    private final List<CustomOp.Values> in;
    private final CustomOp.Result out;

    private Body(Node node, CustomOp op, List<CustomOp.Values> in, CustomOp.Result out) {
      this.node = node;
      this.op = op;
      this.in = in;
      this.out = out;
    }

    /** Called from native code: 0, or 1 after an exception. */
    private int compute() {
      try {
        op.compute(in, out);
        return 0;
      } catch (Throwable e) {
        failed = node;
        thrown = e;
        return 1;
      }
    }
  }

  private sealed interface Elements extends CustomOp.Values, CustomOp.Result {
    @Override
    default long size() {
      return type().shape().elements();
    }
  }

  private record Floats(TensorType type, MemorySegment memory) implements Elements {
    @Override
    public double get(long i) {
      return memory.getAtIndex(JAVA_FLOAT, i);
    }

    @Override
    public void set(long i, double value) {
      memory.setAtIndex(JAVA_FLOAT, i, (float) value);
    }
  }

  private record Ints(TensorType type, MemorySegment memory) implements Elements {
    @Override
    public double get(long i) {
      return memory.getAtIndex(JAVA_INT, i);
    }

    @Override
    public void set(long i, double value) {
      memory.setAtIndex(JAVA_INT, i, (int) value);
    }
  }
}
