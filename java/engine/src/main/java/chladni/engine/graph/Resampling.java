package chladni.engine.graph;

/** Where the elements of a resampled axis come from; PyTorch's {@code F.interpolate}. */
public enum Resampling {
  /** The element before, {@code mode="nearest"}. */
  NEAREST,
  /** Between the two neighbours; elements are areas, {@code mode="bilinear"}. */
  BILINEAR,
  /** Between the two neighbours; elements are points, the ends meet, {@code align_corners=True}. */
  BILINEAR_ALIGNED;

  /**
   * The position among {@code in} elements of element {@code i} of {@code out}: the whole part is a
   * neighbour, the fraction the weight of the next one. Behind the last element, where there is no
   * next one, only that counts.
   */
  public double position(int i, int in, int out) {
    return switch (this) {
      // PyTorch reckons in floats, whose rounding decides some elements.
      case NEAREST -> Math.min(in - 1, (int) (i * ((float) in / out)));
      case BILINEAR -> Math.max(0, (i + 0.5) * in / out - 0.5);
      case BILINEAR_ALIGNED -> out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
    };
  }

  /** For each element: none to pick one, else two factors and their sum along each axis. */
  long flops() {
    return this == NEAREST ? 0 : 6;
  }
}
