package chladni.engine.plan;

/** In which order the elements of a buffer lie in memory. */
public enum Layout {
  /** The logical order, last axis innermost. */
  ROW_MAJOR,
  /** Logical (N, C, H, W) lies dense as N, H, W, C: every materialised rank-4 activation. */
  CHANNELS_LAST,
  /**
   * The layout of a family of convolution weights. Only the backend knows it, and how many physical
   * elements it has; steps touch such buffers elementwise as a whole, or as the weight operand or
   * result of a convolution. Lanes of padding hold finite values that nothing else sees.
   */
  PACKED
}
