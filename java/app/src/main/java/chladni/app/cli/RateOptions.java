package chladni.app.cli;

import picocli.CommandLine.Option;

/** {@code --rate} and what becomes of it. */
final class RateOptions {
  @Option(
      names = "--rate",
      defaultValue = "0.0002",
      paramLabel = "RATE",
      description = "Adam's first learning rate; default ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--lr-policy",
      paramLabel = "POLICY",
      description =
          "One of ${COMPLETION-CANDIDATES}: the same at every step, in a line or a cosine to 0 over"
              + " --decay-steps, a tenth after every so many; linear with --decay-steps, else"
              + " constant.")
  private LearningRate.Policy policy;

  @Option(
      names = "--decay-steps",
      paramLabel = "N",
      description = "Steps over which the policy goes.")
  private Long decay;

  @Option(
      names = "--constant-steps",
      paramLabel = "N",
      description = "Steps at --rate before the policy begins; default 0.")
  private Long constant;

  LearningRate rate() {
    Checks.positiveRate("--rate", rate);
    boolean constantRate =
        policy == LearningRate.Policy.CONSTANT || (policy == null && decay == null);
    if (constantRate) {
      Checks.require(
          decay == null && constant == null,
          "--decay-steps and --constant-steps need a policy, got constant."
              + " Add --lr-policy linear.");
      return LearningRate.constant(rate);
    }
    Checks.require(
        decay != null,
        "--lr-policy " + policy + " needs to know for how long. Add --decay-steps N.");
    Checks.positive("--decay-steps", decay);
    long first = constant == null ? 0 : constant;
    Checks.notNegative("--constant-steps", first);
    return new LearningRate(
        rate, policy == null ? LearningRate.Policy.LINEAR : policy, first, decay);
  }
}
