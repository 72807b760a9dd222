package chladni.engine.plan;

import chladni.engine.graph.Concat;
import chladni.engine.graph.Constant;
import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.graph.ConvWeightGrad;
import chladni.engine.graph.DType;
import chladni.engine.graph.Dropout;
import chladni.engine.graph.MatMul;
import chladni.engine.graph.MaxPool2dGrad;
import chladni.engine.graph.Node;
import chladni.engine.graph.Product;
import chladni.engine.graph.WindowOp;

/** In which layout and format operations take their operands. */
final class Demands {
  private final Dataflow flow;
  private final Layouts layouts;
  private final Epilogues epilogues;
  private final Format products;
  private final Storage storage;

  /**
   * @param products the format of the operands of products
   */
  Demands(
      Dataflow flow, Layouts layouts, Epilogues epilogues, Format products, Storage storage) {
    this.flow = flow;
    this.layouts = layouts;
    this.epilogues = epilogues;
    this.products = products;
    this.storage = storage;
  }

  Layout layout(Node node, int i) {
    return switch (node.op()) {
      case Conv2d _, ConvTranspose2d _ when i == 0 -> Layout.CHANNELS_LAST;
      case Conv2d _, ConvTranspose2d _ ->
          layouts.family(node.input(1)).isEmpty() ? Layout.ROW_MAJOR : Layout.PACKED;
      case MaxPool2dGrad _ when i == 1 && layouts.of(node.input(i)) == Layout.ROW_MAJOR ->
          Layout.ROW_MAJOR;
      case ConvWeightGrad _, WindowOp _ -> Layout.CHANNELS_LAST;
      case Dropout _ when i == 0 -> layouts.of(node);
      default -> Layout.ROW_MAJOR;
    };
  }

  /**
   * The weight of a convolution and a variable on the right of a product of matrices stay as they
   * are: a backend keeps copies of those in a layout and a format of its own.
   */
  Format format(Node node, int i) {
    boolean kept =
        switch (node.op()) {
          case Conv2d _, ConvTranspose2d _ -> i == 1;
          case MatMul _ -> i == 1 && node.shape().rank() == 2 && isVariable(node.input(i));
          default -> false;
        };
    return node.op() instanceof Product && !kept ? products : Format.SINGLE;
  }

  private boolean isVariable(Node node) {
    Buffer buffer = storage.home(node);
    return buffer != null && buffer.root().place() instanceof Place.OfVariable;
  }

  /**
   * How a node may be held that is no variable's new version: as products take it, if only they
   * read it, in its own layout, and if what computes it can round.
   */
  Format formatOf(Node node) {
    boolean rounds =
        epilogues.endingAt(node) != null
            || Fusion.isInline(node)
            || node.op() instanceof Concat
            || node.op() instanceof Constant;
    boolean narrow =
        rounds
            && node.dtype() == DType.FLOAT
            && !flow.isRoot(node)
            && flow.users(node).stream().allMatch(user -> isTakenNarrow(node, user));
    return narrow ? products : Format.SINGLE;
  }

  private boolean isTakenNarrow(Node node, Node user) {
    for (int i = 0; i < user.inputs().size(); i++) {
      if (user.input(i) == node
          && (format(user, i) == Format.SINGLE
              || !Strides.equivalent(node.shape(), layouts.of(node), layout(user, i)))) {
        return false;
      }
    }
    return true;
  }
}
