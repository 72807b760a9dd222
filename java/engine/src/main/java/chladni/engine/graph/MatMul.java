package chladni.engine.graph;

import java.util.List;

/**
 * Matrices times matrices: (..., M, K) and (..., K, N) with equal axes in front give (..., M, N); a
 * transposed operand is given as (..., K, M) or (..., N, K).
 */
public record MatMul(boolean transposeA, boolean transposeB) implements Product {
  @Override
  public TensorType infer(Operands in) {
    in.floats(2);
    Shape a = in.shape(0);
    Shape b = in.shape(1);
    in.check(
        a.rank() >= 2
            && a.rank() == b.rank()
            && a.with(-2, 1).with(-1, 1).equals(b.with(-2, 1).with(-1, 1)),
        "operands must be matrices behind equal axes, got %s and %s. Broadcast or reshape one.",
        a,
        b);
    in.check(
        inner(a) == b.dim(transposeB ? -1 : -2),
        "inner dimensions must be equal, got %d of %s and %d of %s.",
        inner(a),
        a,
        b.dim(transposeB ? -1 : -2),
        b);
    return TensorType.floats(
        a.with(-2, a.dim(transposeA ? -1 : -2)).with(-1, b.dim(transposeB ? -2 : -1)));
  }

  /** K, the length of the sums, of the first operand's shape. */
  public int inner(Shape a) {
    return a.dim(transposeA ? -2 : -1);
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node a = out.input(0);
    Node b = out.input(1);
    return List.of(
        transposeA
            ? Ops.matmul(b, dOut, transposeB, true)
            : Ops.matmul(dOut, b, false, !transposeB),
        transposeB
            ? Ops.matmul(dOut, a, true, transposeA)
            : Ops.matmul(a, dOut, !transposeA, false));
  }

  @Override
  public long flops(Node out) {
    return 2 * out.shape().elements() * inner(out.input(0).shape());
  }
}
