package chladni.engine.graph;

import java.util.List;

/** (M, K) times (K, N) gives (M, N); a transposed operand is given as (K, M) or (N, K). */
public record MatMul(boolean transposeA, boolean transposeB) implements Op {
  @Override
  public TensorType infer(Operands in) {
    in.floats(2).rank(0, 2, "a matrix").rank(1, 2, "a matrix");
    int ka = in.shape(0).dim(transposeA ? 0 : 1);
    int kb = in.shape(1).dim(transposeB ? 1 : 0);
    in.check(
        ka == kb,
        "inner dimensions must be equal, got %d of %s and %d of %s.",
        ka,
        in.shape(0),
        kb,
        in.shape(1));
    return TensorType.floats(
        Shape.of(in.shape(0).dim(transposeA ? 1 : 0), in.shape(1).dim(transposeB ? 0 : 1)));
  }

  @Override
  public List<Node> vjp(Node out, Node dOut) {
    Node a = out.input(0);
    Node b = out.input(1);
    Node da = transposeA ? Ops.matmul(b, dOut, transposeB, true) : Ops.matmul(dOut, b, false, !transposeB);
    Node db = transposeB ? Ops.matmul(dOut, a, true, transposeA) : Ops.matmul(a, dOut, !transposeA, false);
    return List.of(da, db);
  }

  @Override
  public long flops(Node out) {
    return 2 * out.shape().elements() * out.input(0).shape().dim(transposeA ? -2 : -1);
  }
}
