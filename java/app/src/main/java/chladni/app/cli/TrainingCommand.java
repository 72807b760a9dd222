package chladni.app.cli;

import chladni.engine.io.BadFileException;
import chladni.sound2image.training.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A command that trains, as its checkpoints keep it: every option that decides what is computed,
 * whether it was written out, came from a configuration file or is a default. Where the run lies and
 * how often it is saved are no part of it, nor is tuning, whose outcome the checkpoint has itself.
 *
 * @param path such as {@code train pix2pix}
 * @param options such as {@code --batch=4}; paths are absolute
 */
public record TrainingCommand(String path, List<String> options) {
  private static final Set<String> BOOKKEEPING =
      Set.of("--out", "--run", "--resume", "--save-every", "--losses", "--tune");

  /** The command that has just been parsed. */
  static TrainingCommand of(CommandSpec spec) {
    List<String> options = new ArrayList<>();
    List<OptionSpec> sorted = new ArrayList<>(spec.options());
    sorted.sort(Comparator.comparing(OptionSpec::longestName));
    for (OptionSpec option : sorted) {
      String name = option.longestName();
      if (!option.inherited() && decides(spec, name) && isSet(option)) {
        Object value = option.getValue();
        options.add(name + "=" + (value instanceof Path p ? p.toAbsolutePath().normalize() : value));
      }
    }
    String name = spec.qualifiedName();
    return new TrainingCommand(name.substring(name.indexOf(' ') + 1), options);
  }

  /** The number of steps decides what a step computes only where the rate falls towards the last. */
  private static boolean decides(CommandSpec spec, String option) {
    return !BOOKKEEPING.contains(option)
        && (!option.equals("--steps") || spec.findOption("--decay") != null);
  }

  /** Whether parsing without the option would give another value. */
  private static boolean isSet(OptionSpec option) {
    Object value = option.getValue();
    return value != null && (option.defaultValue() != null || !value.equals(option.initialValue()));
  }

  /**
   * The command that a checkpoint keeps.
   *
   * @throws BadFileException when it keeps none
   */
  public static TrainingCommand of(Checkpoint checkpoint) {
    String json = checkpoint.metadata().get(Checkpoint.COMMAND);
    if (json == null) {
      throw new BadFileException(
          checkpoint.file(),
          "it must say by which command it was trained, and does not",
          "Only checkpoints of chladni train can be replayed.");
    }
    try {
      return JsonMapper.shared().readValue(json, TrainingCommand.class);
    } catch (JacksonException e) {
      throw new BadFileException(
          checkpoint.file(),
          "its command must be JSON of ours, got " + json,
          "Replay it with the version that made it.",
          e);
    }
  }

  /** For the metadata of checkpoints. */
  public String toJson() {
    return JsonMapper.shared().writeValueAsString(this);
  }
}
