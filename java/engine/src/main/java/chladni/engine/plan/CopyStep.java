package chladni.engine.plan;

import chladni.engine.graph.Node;
import java.util.List;

/**
 * The same values in another buffer of the same type: an INT32 assignment or output, the way
 * between {@link Layout#PACKED} and {@link Layout#ROW_MAJOR}, or bytes in equal layouts. All other
 * copies are {@link ElementwiseStep}s.
 */
public record CopyStep(String label, Buffer from, Buffer to) implements Step {
  @Override
  public List<Node> nodes() {
    return List.of();
  }

  @Override
  public List<Buffer> reads() {
    return List.of(from.root());
  }

  @Override
  public List<Buffer> writes() {
    return List.of(to.root());
  }
}
