package chladni.engine.backend.reference;

import chladni.engine.graph.MatMul;
import chladni.engine.graph.Node;

/** Matrix products. */
final class Products {
  private Products() {}

  /** dst[i, j] = sum over k of A[i, k] B[k, j]. */
  static double[] matMul(MatMul op, Node node, double[] a, double[] b) {
    int rows = node.shape().dim(0);
    int columns = node.shape().dim(1);
    int inner = node.input(0).shape().dim(op.transposeA() ? 0 : 1);
    int aRow = op.transposeA() ? 1 : inner;
    int aInner = op.transposeA() ? rows : 1;
    double[] dst = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      if (op.transposeB()) {
        for (int j = 0; j < columns; j++) {
          double sum = 0;
          for (int k = 0; k < inner; k++) {
            sum += a[i * aRow + k * aInner] * b[j * inner + k];
          }
          dst[i * columns + j] = sum;
        }
      } else {
        for (int k = 0; k < inner; k++) {
          double factor = a[i * aRow + k * aInner];
          for (int j = 0; j < columns; j++) {
            dst[i * columns + j] += factor * b[k * columns + j];
          }
        }
      }
    }
    return dst;
  }
}
