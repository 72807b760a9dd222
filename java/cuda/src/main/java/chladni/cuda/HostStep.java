package chladni.cuda;

import chladni.engine.backend.CustomOpException;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.DType;
import chladni.engine.graph.Node;
import chladni.engine.graph.TensorType;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.OpStep;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;

/**
 * A custom operation, whose body is Java: the graph before it ends with its operands in pinned
 * memory, the one behind it begins with its result.
 */
final class HostStep implements AutoCloseable {
  private final Driver driver;
  private final Node node;
  private final CustomOp op;
  private final List<Transfer> in = new ArrayList<>();
  private final Transfer out;

  HostStep(Driver driver, OpStep step, CustomOp op, Binding binding) {
    this.driver = driver;
    this.node = step.node();
    this.op = op;
    step.inputs().forEach(b -> in.add(transfer(b, binding)));
    this.out = transfer(step.output(), binding);
  }

  /** A buffer of the device with its twin on the host. */
  private record Transfer(
      Buffer buffer, Binding binding, Pointer pinned, ByteBuffer bytes)
      implements CustomOp.Values, CustomOp.Result {
    @Override
    public TensorType type() {
      return buffer.type();
    }

    @Override
    public long size() {
      return Binding.elements(buffer);
    }

    @Override
    public double get(long i) {
      int at = Math.toIntExact(i * Float.BYTES);
      return type().dtype() == DType.FLOAT ? bytes.getFloat(at) : bytes.getInt(at);
    }

    @Override
    public void set(long i, double value) {
      int at = Math.toIntExact(i * Float.BYTES);
      if (type().dtype() == DType.FLOAT) {
        bytes.putFloat(at, (float) value);
      } else {
        bytes.putInt(at, (int) value);
      }
    }
  }

  private Transfer transfer(Buffer buffer, Binding binding) {
    long bytes = Binding.sizeOf(buffer);
    Pointer pinned = driver.allocatePinned(bytes, node.toString());
    return new Transfer(
        buffer, binding, pinned, pinned.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()));
  }

  /** Puts the copies of the operands on the stream. */
  void fetch() {
    for (Transfer t : in) {
      driver.stream().copyOut(
          t.pinned, t.binding.pointer(t.buffer), Binding.sizeOf(t.buffer));
    }
  }

  /** Puts the copy of the result on the stream. */
  void deliver() {
    driver.stream().copyIn(
        out.binding.pointer(out.buffer), out.pinned, Binding.sizeOf(out.buffer));
  }

  void compute() {
    try {
      op.compute(List.copyOf(in), out);
    } catch (Throwable e) {
      throw new CustomOpException(node, e);
    }
  }

  @Override
  public void close() {
    in.forEach(t -> driver.freePinned(t.pinned));
    driver.freePinned(out.pinned);
  }
}
