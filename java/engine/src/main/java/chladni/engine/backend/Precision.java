package chladni.engine.backend;

/**
 * How FLOAT numbers are held and multiplied: an option of stores and of compilation, never a
 * property of a graph.
 */
public enum Precision {
  /** 64-bit; the reference backend only. */
  FP64,
  /** 32-bit storage, products and sums. */
  FP32,
  /** 32-bit storage and sums, products of 19-bit operands; CUDA only. */
  TF32,
  /**
   * Products of 16-bit operands, everything else as in FP32: each operand of a convolution, of its
   * gradients and of a matrix product is rounded to bfloat16 (8 bits of significand; to nearest,
   * ties to even), the exact products are added up in 32 bits and give 32-bit results. Variables,
   * elementwise arithmetic, reductions, inputs, outputs and saved weights are FP32.
   */
  BF16
}
