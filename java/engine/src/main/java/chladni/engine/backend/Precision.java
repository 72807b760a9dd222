package chladni.engine.backend;

/** How FLOAT numbers are held and multiplied: an option of compilation. */
public enum Precision {
  /** 64-bit; the reference backend only. */
  FP64,
  /** 32-bit storage, products and sums. */
  FP32,
  /** 32-bit storage and sums, products of 19-bit operands; CUDA only. */
  TF32,
  /** 16-bit (8-bit exponent) operands, 32-bit masters, sums and reductions. */
  BF16
}
