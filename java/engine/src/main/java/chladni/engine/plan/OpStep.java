package chladni.engine.plan;

import chladni.engine.graph.Node;
import chladni.engine.graph.OpaqueOp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An operation that is not fused. Each input has the type of the node's operand and the output that
 * of the node. Layouts: convolutions and windows take and give {@link Layout#CHANNELS_LAST}, but for
 * the smaller side of a max pooling, which may be {@link Layout#ROW_MAJOR}; their
 * weights and weight gradients are {@link Layout#PACKED} or {@link Layout#ROW_MAJOR}; dropout has
 * one layout on both sides, of these two; all else is row-major. Products alone may take and give
 * {@link Format#BFLOAT16}.
 *
 * @param node one with an {@link OpaqueOp}
 * @param epilogue only on Conv2d, ConvTranspose2d and MatMul
 */
public record OpStep(Node node, List<Buffer> inputs, Buffer output, List<Epilogue> epilogue)
    implements Step {
  public OpStep {
    if (!(node.op() instanceof OpaqueOp)) {
      throw new IllegalArgumentException(
          "plan: %s is no operation to be computed as a whole. Make it a part of a fused step."
              .formatted(node));
    }
  }

  public OpaqueOp op() {
    return (OpaqueOp) node.op();
  }

  @Override
  public String label() {
    return node.toString();
  }

  @Override
  public List<Node> nodes() {
    return Stream.concat(Stream.of(node), epilogue.stream().map(Epilogue::node)).toList();
  }

  @Override
  public List<Buffer> reads() {
    List<Buffer> all = new ArrayList<>(inputs);
    epilogue.stream().filter(e -> e.operand() != null).forEach(e -> all.add(e.operand()));
    return all.stream().map(Buffer::root).distinct().toList();
  }

  @Override
  public List<Buffer> writes() {
    return List.of(output.root());
  }
}
