package chladni.engine.plan;

import chladni.engine.graph.Broadcast;
import chladni.engine.graph.ChannelBroadcast;
import chladni.engine.graph.Flip;
import chladni.engine.graph.Node;
import chladni.engine.graph.Reshape;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Slice;
import chladni.engine.graph.Transpose;
import chladni.engine.graph.UpsampleNearest2d;
import chladni.engine.graph.ViewOp;
import java.util.Arrays;

/** Operations that only rename elements: where an element of the result stands in the operand. */
final class Views {
  private Views() {}

  static boolean isView(Node node) {
    return node.op() instanceof ViewOp;
  }

  /** Whether an element of the operand may stand at several places of the result. */
  static boolean repeats(Node node) {
    return isView(node) && node.shape().elements() > node.input(0).shape().elements();
  }

  /**
   * The index in the operand, one form per axis, of the element that stands at {@code index} in the
   * view; null when that is not linear.
   */
  static Form[] source(Node view, Form[] index) {
    Shape from = view.input(0).shape();
    Form[] at = new Form[from.rank()];
    Arrays.fill(at, Form.ZERO);
    switch ((ViewOp) view.op()) {
      case Reshape _ -> {
        Form rest = linear(index, view.shape());
        for (int i = from.rank() - 1; i > 0; i--) {
          Form.Division parts = rest.divide(from.dim(i));
          if (parts == null) {
            return null;
          }
          at[i] = parts.remainder();
          rest = parts.quotient();
        }
        if (at.length > 0) {
          at[0] = rest;
        }
      }
      case Broadcast _ -> {
        int missing = index.length - at.length;
        for (int i = 0; i < at.length; i++) {
          at[i] = from.dim(i) == 1 ? Form.ZERO : index[i + missing];
        }
      }
      case ChannelBroadcast _ -> {
        at[0] = quotient(index[0], view.shape().dim(0) / from.dim(0));
        at[1] = index[1];
      }
      case UpsampleNearest2d(int factor) -> {
        at[0] = index[0];
        at[1] = index[1];
        at[2] = quotient(index[2], factor);
        at[3] = quotient(index[3], factor);
      }
      case Slice(int axis, int start, int _) -> {
        System.arraycopy(index, 0, at, 0, at.length);
        at[from.axis(axis)] = index[from.axis(axis)].plus(start);
      }
      case Flip(int axis) -> {
        System.arraycopy(index, 0, at, 0, at.length);
        int a = from.axis(axis);
        at[a] = Form.ZERO.plus(from.dim(a) - 1).plus(index[a], -1);
      }
      case Transpose(var order) -> {
        for (int i = 0; i < at.length; i++) {
          at[order.get(i)] = index[i];
        }
      }
    }
    return Arrays.stream(at).anyMatch(f -> f == null) ? null : at;
  }

  /** The position in row-major order. */
  static Form linear(Form[] index, Shape shape) {
    return address(index, Strides.rowMajor(shape));
  }

  static Form address(Form[] index, long[] strides) {
    Form sum = Form.ZERO;
    for (int i = 0; i < index.length; i++) {
      sum = sum.plus(index[i], strides[i]);
    }
    return sum;
  }

  private static Form quotient(Form form, int divisor) {
    Form.Division parts = form.divide(divisor);
    return parts == null ? null : parts.quotient();
  }
}
