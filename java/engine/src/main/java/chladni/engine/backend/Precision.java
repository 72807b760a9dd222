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
  /**
   * As FP32, but products may take their 32-bit operands with 11 bits of significand, which is what
   * tensor cores do with them, rounded or cut off. On CUDA, which products do is the library's
   * choice: listings tell. On the reference backend all do, rounded to nearest, ties to even.
   */
  TF32,
  /**
   * Products of 16-bit operands, everything else as in FP32: each operand of a convolution, of its
   * gradients and of a matrix product is rounded to bfloat16 (8 bits of significand; to nearest,
   * ties to even), the exact products are added up in 32 bits and give 32-bit results. Variables,
   * elementwise arithmetic, reductions, inputs, outputs and saved weights are FP32. On CUDA a
   * convolution's result is rounded to bfloat16 as well where cuDNN has no engine that widens it.
   */
  BF16
}
