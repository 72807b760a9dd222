package chladni.engine.backend.reference;

import chladni.engine.graph.ArgMax;
import chladni.engine.graph.Gather;
import chladni.engine.graph.GatherAlong;
import chladni.engine.graph.Node;
import chladni.engine.graph.ScatterAdd;
import chladni.engine.graph.ScatterAddAlong;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TopK;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Elements found by their index along an axis, and indices found by their element. */
final class Indexing {
  private Indexing() {}

  /** A shape around one axis: element (o, i, j) lies at {@code (o * extent + i) * inner + j}. */
  private record Box(int outer, int extent, int inner) {
    static Box of(Shape shape, int axis) {
      int inner = Strided.strides(shape)[axis];
      int extent = shape.dim(axis);
      return new Box(Math.toIntExact(shape.elements() / extent / inner), extent, inner);
    }

    int at(int o, int i, int j) {
      return (o * extent + i) * inner + j;
    }

    boolean contains(double index) {
      return index >= 0 && index < extent;
    }
  }

  static double[] gather(Gather op, Node node, double[] x, double[] indices) {
    Box box = Box.of(node.input(0).shape(), op.axis());
    double[] dst = Shapes.filled(node.shape(), op.outside());
    int next = 0;
    for (int o = 0; o < box.outer; o++) {
      for (double index : indices) {
        for (int j = 0; j < box.inner; j++, next++) {
          if (box.contains(index)) {
            dst[next] = x[box.at(o, (int) index, j)];
          }
        }
      }
    }
    return dst;
  }

  static double[] scatterAdd(ScatterAdd op, Node node, double[] x, double[] indices) {
    Box box = Box.of(node.shape(), op.axis());
    double[] dst = Shapes.filled(node.shape(), 0);
    int next = 0;
    for (int o = 0; o < box.outer; o++) {
      for (double index : indices) {
        for (int j = 0; j < box.inner; j++, next++) {
          if (box.contains(index)) {
            dst[box.at(o, (int) index, j)] += x[next];
          }
        }
      }
    }
    return dst;
  }

  static double[] gatherAlong(GatherAlong op, Node node, double[] x, double[] indices) {
    Box from = Box.of(node.input(0).shape(), op.axis());
    Box to = Box.of(node.shape(), op.axis());
    double[] dst = Shapes.filled(node.shape(), op.outside());
    for (int o = 0; o < to.outer; o++) {
      for (int i = 0; i < to.extent; i++) {
        for (int j = 0; j < to.inner; j++) {
          double index = indices[to.at(o, i, j)];
          if (from.contains(index)) {
            dst[to.at(o, i, j)] = x[from.at(o, (int) index, j)];
          }
        }
      }
    }
    return dst;
  }

  static double[] scatterAddAlong(
      ScatterAddAlong op, Node node, double[] x, double[] indices) {
    Box from = Box.of(node.input(0).shape(), op.axis());
    Box to = Box.of(node.shape(), op.axis());
    double[] dst = Shapes.filled(node.shape(), 0);
    for (int o = 0; o < from.outer; o++) {
      for (int i = 0; i < from.extent; i++) {
        for (int j = 0; j < from.inner; j++) {
          double index = indices[from.at(o, i, j)];
          if (to.contains(index)) {
            dst[to.at(o, (int) index, j)] += x[from.at(o, i, j)];
          }
        }
      }
    }
    return dst;
  }

  static double[] argMax(ArgMax op, Node node, double[] x) {
    return largest(Box.of(node.input(0).shape(), op.axis()), 1, x);
  }

  static double[] topK(TopK op, Node node, double[] x) {
    return largest(Box.of(node.input(0).shape(), op.axis()), op.k(), x);
  }

  /** The indices of the k largest elements of each line along the axis, the largest first. */
  private static double[] largest(Box box, int k, double[] x) {
    double[] dst = new double[box.outer * k * box.inner];
    for (int o = 0; o < box.outer; o++) {
      for (int j = 0; j < box.inner; j++) {
        int line = box.at(o, 0, j);
        // Adding 0 makes both zeros equal; Double.compare puts NaN above everything.
        Comparator<Integer> byValue =
            Comparator.comparingDouble(i -> x[line + i * box.inner] + 0.0);
        int[] order =
            IntStream.range(0, box.extent)
                .boxed()
                .sorted(byValue.reversed().thenComparing(Comparator.naturalOrder()))
                .mapToInt(i -> i)
                .toArray();
        for (int i = 0; i < k; i++) {
          dst[(o * k + i) * box.inner + j] = order[i];
        }
      }
    }
    return dst;
  }
}
