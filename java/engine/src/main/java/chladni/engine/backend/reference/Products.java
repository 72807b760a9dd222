package chladni.engine.backend.reference;

import chladni.engine.graph.MatMul;
import chladni.engine.graph.Node;

/** Matrix products. */
final class Products {
  private Products() {}

  /** dst[n, i, j] = sum over k of A[n, i, k] B[n, k, j]. */
  static double[] matMul(MatMul op, Node node, double[] a, double[] b) {
    int rows = node.shape().dim(-2);
    int columns = node.shape().dim(-1);
    int inner = op.inner(node.input(0).shape());
    double[] dst = Shapes.filled(node.shape(), 0);
    for (int n = 0; n < dst.length / rows / columns; n++) {
      int fromA = n * rows * inner;
      int fromB = n * inner * columns;
      for (int i = 0; i < rows; i++) {
        int to = (n * rows + i) * columns;
        for (int k = 0; k < inner; k++) {
          double factor = a[fromA + (op.transposeA() ? k * rows + i : i * inner + k)];
          for (int j = 0; j < columns; j++) {
            dst[to + j] += factor * b[fromB + (op.transposeB() ? j * inner + k : k * columns + j)];
          }
        }
      }
    }
    return dst;
  }
}
