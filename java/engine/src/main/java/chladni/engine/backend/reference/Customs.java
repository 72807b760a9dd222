package chladni.engine.backend.reference;

import chladni.engine.backend.CustomOpException;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.DType;
import chladni.engine.graph.Node;
import chladni.engine.graph.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Operations of the user's own: a call of their body. */
final class Customs {
  private Customs() {}

  static double[] custom(CustomOp op, Node node, double[][] in) {
    List<CustomOp.Values> operands = new ArrayList<>();
    for (int i = 0; i < in.length; i++) {
      operands.add(new Elements(node.input(i).type(), in[i]));
    }
    double[] dst = Shapes.filled(node.shape(), 0);
    try {
      op.compute(List.copyOf(operands), new Elements(node.type(), dst));
    } catch (Throwable e) {
      throw new CustomOpException(node, e);
    }
    return dst;
  }

  private record Elements(TensorType type, double[] values)
      implements CustomOp.Values, CustomOp.Result {
    @Override
    public long size() {
      return values.length;
    }

    @Override
    public double get(long i) {
      return values[Math.toIntExact(i)];
    }

    @Override
    public void set(long i, double value) {
      values[Math.toIntExact(i)] = type.dtype() == DType.INT32 ? (int) value : value;
    }
  }
}
