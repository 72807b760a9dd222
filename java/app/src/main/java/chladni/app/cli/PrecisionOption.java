package chladni.app.cli;

import chladni.engine.backend.Precision;
import picocli.CommandLine.Option;

/** {@code --precision}, for commands whose networks may multiply numbers of fewer bits. */
final class PrecisionOption {
  @Option(
      names = "--precision",
      defaultValue = "fp32",
      paramLabel = "PRECISION",
      description =
          "fp32; bf16: operands of products in 16 bits, weights and sums in 32; or tf32, not on cpu:"
              + " operands of 19 bits; default ${DEFAULT-VALUE}.")
  private Precision precision;

  Precision checked() {
    Checks.require(
        precision != Precision.FP64,
        "--precision must be fp32, bf16 or tf32, got " + precision + ". Choose one of them.");
    return precision;
  }
}
