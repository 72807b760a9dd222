package chladni.app.cli;

import picocli.CommandLine.Model.CommandSpec;

/** Rules on options that picocli cannot state. */
final class Checks {
  private Checks() {}

  /**
   * @throws UsageException with this message unless the rule holds
   */
  static void require(boolean holds, String message) {
    if (!holds) {
      throw new UsageException(message);
    }
  }

  /** 0 stands for "not given" unless the option was written out. */
  static void positiveOrAbsent(CommandSpec spec, String option, int value) {
    boolean given =
        spec.commandLine().getParseResult() != null
            && spec.commandLine().getParseResult().hasMatchedOption(option);
    require(
        value > 0 || value == 0 && !given,
        option + " must be at least 1, got " + value + ". Correct it.");
  }

  static void positive(String option, long value) {
    require(value > 0, option + " must be at least 1, got " + value + ". Correct it.");
  }

  static void positiveRate(String option, double value) {
    require(
        value > 0 && value < Double.POSITIVE_INFINITY,
        option + " must be finite and above 0, got " + value + ". Correct it.");
  }

  static void notNegative(String option, long value) {
    require(value >= 0, option + " must be at least 0, got " + value + ". Correct it.");
  }

  static void share(String option, double value) {
    require(
        value >= 0 && value <= 1, option + " must lie in [0, 1], got " + value + ". Correct it.");
  }

  static Terminal terminal(CommandSpec spec) {
    return new Terminal(
        spec.commandLine().getOut(), spec.commandLine().getErr(), Terminal.columnsFromLauncher());
  }
}
