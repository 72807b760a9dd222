package chladni.app.cli;

import chladni.engine.backend.Precision;
import java.util.Set;
import picocli.CommandLine.Option;

/** {@code --precision}, for commands whose networks may multiply in 16 bits. */
final class PrecisionOption {
  @Option(
      names = "--precision",
      defaultValue = "fp32",
      paramLabel = "PRECISION",
      description =
          "fp32, or bf16: operands of products in 16 bits, weights and sums in 32; default"
              + " ${DEFAULT-VALUE}.")
  private Precision precision;

  Precision checked() {
    Checks.require(
        Set.of(Precision.FP32, Precision.BF16).contains(precision),
        "--precision must be fp32 or bf16, got " + precision + ". Choose one of them.");
    return precision;
  }
}
