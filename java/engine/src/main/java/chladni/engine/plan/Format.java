package chladni.engine.plan;

/** What an element of a buffer is in memory. */
public enum Format {
  /** 32 bits: a FLOAT in single precision, or an INT32. */
  SINGLE(4),
  /**
   * The upper 16 bits of a FLOAT in single precision, rounded to nearest, ties to even. Products
   * take such operands; fused kernels and products write them, nothing else touches them.
   */
  BFLOAT16(2);

  private final int bytes;

  Format(int bytes) {
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }
}
