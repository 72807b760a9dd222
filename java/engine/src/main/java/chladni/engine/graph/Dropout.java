package chladni.engine.graph;

import java.util.Arrays;
import java.util.List;

/**
 * Zeroes elements with probability p and scales the others by {@code 1 / (1 - p)}. Operands: x and
 * an INT32 scalar, the counter. Element i in row-major logical order takes word {@code i % 4} of
 * Philox4x32-10 with counter (low and high 32 bits of i / 4, the INT32, stream) and key (low and high
 * 32 bits of seed); it is kept where {@code (word >>> 8) * 2^-24 >= p}. The mask is a function of these
 * alone, so it is the same on every backend and in the gradient.
 */
public record Dropout(double p, long seed, int stream) implements OpaqueOp {
  @Override
  public TensorType infer(Operands in) {
    in.check(in.size() == 2, "takes x and a counter, got %d operands.", in.size());
    in.check(p >= 0 && p < 1, "p must lie in [0, 1), got %s.", p);
    in.check(
        in.get(0).dtype() == DType.FLOAT && in.get(1).type().equals(TensorType.ints(Shape.SCALAR)),
        "takes a FLOAT and an INT32 scalar, got %s and %s.",
        in.get(0).type(),
        in.get(1).type());
    return in.get(0).type();
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    return Arrays.asList(out.graph().append(this, List.of(dOut, out.input(1))), null);
  }

  @Override
  public long flops(Node out) {
    return out.shape().elements();
  }
}
