package chladni.engine.backend.reference;

import chladni.engine.graph.BatchNorm;
import chladni.engine.graph.LogSoftmax;
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

  static double[] logSoftmax(LogSoftmax op, Node node, double[] x) {
    int inner = Strided.strides(node.shape())[op.axis()];
    int length = node.shape().dim(op.axis()) * inner;
    double[] dst = new double[x.length];
    for (int outer = 0; outer < x.length; outer += length) {
      for (int first = outer; first < outer + inner; first++) {
        int end = outer + length;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = first; i < end; i += inner) {
          max = Math.max(max, x[i]);
        }
        double sum = 0;
        for (int i = first; i < end; i += inner) {
          sum += Math.exp(x[i] - max);
        }
        for (int i = first; i < end; i += inner) {
          dst[i] = x[i] - max - Math.log(sum);
        }
      }
    }
    return dst;
  }
}
