package chladni.cuda;

import chladni.engine.graph.Conv2d;
import chladni.engine.graph.ConvTranspose2d;
import chladni.engine.plan.Format;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.ReductionStep;
import chladni.engine.plan.Step;
import chladni.engine.plan.View;
import chladni.engine.plan.Write;
import java.util.Arrays;

/**
 * Sums of a convolution's result over all but its channels, from which a batch norm has its means:
 * some engines make them while they have the result at hand. The variance around these means stays
 * a pass of its own, since that from sums of squares loses its digits where a mean is large.
 */
final class ChannelSums {
  private ChannelSums() {}

  /**
   * Whether {@code next} is such sums of what {@code step} leaves, over the whole batch and of
   * nothing but it. They go to memory of the program, not to a variable.
   */
  static boolean follow(Step step, Step next) {
    return step instanceof OpStep product
        && (product.op() instanceof Conv2d || product.op() instanceof ConvTranspose2d)
        && product.output().format() == Format.SINGLE
        && next instanceof ReductionStep sums
        && sums.kind() == ReductionStep.Kind.SUM
        && sums.instrs().isEmpty()
        && sums.loads().size() == 1
        && sums.loads().getFirst() instanceof View from
        && sums.writesTo().size() == 1
        && areSums(product, sums, from, sums.writesTo().getFirst());
  }

  private static boolean areSums(OpStep product, ReductionStep sums, View from, Write write) {
    long channels = product.output().type().shape().dim(1);
    long pixels = Binding.elements(product.output()) / channels;
    View to = write.to();
    return from.equals(new View(product.output(), 0, new long[] {channels, 1}))
        && Arrays.equals(sums.space(), new int[] {(int) pixels, (int) channels})
        && Arrays.equals(sums.reduced(), new boolean[] {true, false})
        && to.equals(new View(to.buffer(), 0, new long[] {0, 1}))
        && Binding.variable(to.buffer()) == null;
  }
}
