package chladni.engine.backend.reference;

import chladni.engine.graph.BatchNorm;
import chladni.engine.graph.Node;

/** Batch normalisation with given statistics, and the logarithm of softmax. */
final class Normalisation {
  private Normalisation() {}

  /** Operands: x, mean, var, gamma, beta. */
  static double[] batchNorm(BatchNorm op, Node node, double[][] in) {
    double[] x = in[0];
    int[] box = Shapes.channelBox(node.shape(), node.input(1).shape().dim(0));
    double[] dst = new double[x.length];
    int i = 0;
    for (int group = 0; group < box[0]; group++) {
      for (int n = 0; n < box[1]; n++) {
        for (int c = 0; c < box[2]; c++) {
          double mean = in[1][group * box[2] + c];
          double deviation = Math.sqrt(in[2][group * box[2] + c] + op.eps());
          for (int end = i + box[3]; i < end; i++) {
            dst[i] = (x[i] - mean) / deviation * in[3][c] + in[4][c];
          }
        }
      }
    }
    return dst;
  }

  static double[] logSoftmax(Node node, double[] x) {
    int columns = node.shape().dim(-1);
    double[] dst = new double[x.length];
    for (int row = 0; row < x.length; row += columns) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = row; i < row + columns; i++) {
        max = Math.max(max, x[i]);
      }
      double sum = 0;
      for (int i = row; i < row + columns; i++) {
        sum += Math.exp(x[i] - max);
      }
      for (int i = row; i < row + columns; i++) {
        dst[i] = x[i] - max - Math.log(sum);
      }
    }
    return dst;
  }
}
