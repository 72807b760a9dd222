package chladni.app.cli;

import java.util.Locale;
import picocli.CommandLine.Option;

/** {@code --set}: which clips of a run. */
public final class ClipsOption {
  /** The two sets of clips that a run can have. */
  public enum Set {
    /** What the selection picks from, and the GANs learn from. */
    CORPUS,
    /** Labelled clips that only the encoders learn from. */
    ENCODERS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--set",
      defaultValue = "corpus",
      paramLabel = "SET",
      description =
          "corpus is what pairs are selected from; encoders holds labelled clips for the encoders"
              + " alone. Default ${DEFAULT-VALUE}.")
  private Set set;

  Set set() {
    return set;
  }
}
