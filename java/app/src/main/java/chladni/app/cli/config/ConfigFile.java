package chladni.app.cli.config;

import chladni.app.cli.UsageException;
import chladni.engine.io.NearestName;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A configuration file as YAML's own tree, from which nothing is constructed: a mapping per
 * command, nested as commands are, whose keys are long option names without dashes.
 *
 * <pre>
 * train:
 *   pix2pix:
 *     batch: 4
 *     no-flip: true
 * </pre>
 */
public final class ConfigFile {
  private static final long MAX_BYTES = 1 << 20;

  private final Path file;
  private final MappingNode root;

  private ConfigFile(Path file, MappingNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * @throws UsageException if it cannot be read or is not a YAML mapping
   */
  public static ConfigFile read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new UsageException(
            "%s: a configuration must be at most %d bytes, got %d. Check the path."
                .formatted(file, MAX_BYTES, Files.size(file)));
      }
      String text = Files.readString(file);
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      Optional<Node> node = new Compose(settings).composeString(text);
      return switch (node.orElse(null)) {
        case null -> new ConfigFile(file, null);
        case MappingNode mapping -> new ConfigFile(file, mapping);
        default ->
            throw new UsageException(
                file + ": a configuration must be a mapping of commands to options. Rewrite it.");
      };
    } catch (NoSuchFileException e) {
      throw new UsageException(file + ": there is no such configuration file. Check --config.", e);
    } catch (CharacterCodingException e) {
      throw new UsageException(file + ": a configuration must be UTF-8. Save it as such.", e);
    } catch (IOException e) {
      throw new UsageException(file + ": cannot be read (" + e + "). Check its permissions.", e);
    } catch (YamlEngineException e) {
      throw new UsageException(
          file + ": is not valid YAML: " + e.getMessage().replaceAll("\\s+", " ") + ". Correct it.",
          e);
    }
  }

  public Path file() {
    return file;
  }

  /**
   * Checks every key of every section against the commands, whichever command is about to run.
   *
   * @throws UsageException that names the first key that is unknown, doubled or lacks a value
   */
  public void check(CommandSpec commands) {
    if (root != null) {
      check(root, commands, "");
    }
  }

  /** The text for this option of the command with this path below the root, if the file has one. */
  Optional<String> value(List<String> commandPath, OptionSpec option) {
    Node section = root;
    for (String name : commandPath) {
      section = section instanceof MappingNode mapping ? find(mapping, name) : null;
    }
    return section instanceof MappingNode mapping
        ? Optional.ofNullable(find(mapping, key(option))).map(node -> text(node, option))
        : Optional.empty();
  }

  private void check(MappingNode section, CommandSpec command, String path) {
    Set<String> seen = new HashSet<>();
    for (NodeTuple tuple : section.getValue()) {
      String key =
          tuple.getKeyNode() instanceof ScalarNode scalar
              ? scalar.getValue()
              : fail(tuple.getKeyNode(), path, "keys must be plain names");
      if (!seen.add(key)) {
        fail(tuple.getKeyNode(), path + key, "is given twice");
      }
      CommandLine subcommand = command.subcommands().get(key);
      Optional<OptionSpec> option =
          options(command).stream().filter(candidate -> key(candidate).equals(key)).findFirst();
      Node value = tuple.getValueNode();
      if (subcommand != null) {
        if (value instanceof MappingNode mapping) {
          check(mapping, subcommand.getCommandSpec(), path + key + ".");
        } else if (!isNull(value)) {
          fail(value, path + key, "is a command, so options must stand below it");
        }
      } else if (option.isPresent()) {
        checkValue(value, option.get(), path + key);
      } else {
        List<String> known = new ArrayList<>(command.subcommands().keySet());
        options(command).forEach(candidate -> known.add(key(candidate)));
        fail(tuple.getKeyNode(), path + key, "is unknown" + NearestName.hint(key, known));
      }
    }
  }

  private void checkValue(Node value, OptionSpec option, String path) {
    switch (value) {
      case ScalarNode _ when isNull(value) -> fail(value, path, "needs a value");
      case ScalarNode _ -> {}
      case SequenceNode sequence
          when option.isMultiValue()
              && sequence.getValue().stream().allMatch(ScalarNode.class::isInstance) -> {}
      default -> fail(value, path, "must be a single value");
    }
  }

  /** Options that a section may set: those of the command itself, not --help and its kind. */
  private static List<OptionSpec> options(CommandSpec command) {
    return command.options().stream()
        .filter(option -> command.parent() != null)
        .filter(option -> !option.inherited() && !option.usageHelp() && !option.versionHelp())
        .toList();
  }

  private static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  private static Node find(MappingNode section, String key) {
    for (NodeTuple tuple : section.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key)) {
        return tuple.getValueNode();
      }
    }
    return null;
  }

  private static String text(Node node, OptionSpec option) {
    return switch (node) {
      case ScalarNode scalar -> scalar.getValue();
      case SequenceNode sequence ->
          sequence.getValue().stream()
              .map(item -> ((ScalarNode) item).getValue())
              .collect(Collectors.joining(option.splitRegex()));
      default -> throw new IllegalStateException("checked before: " + option.longestName());
    };
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private <T> T fail(Node node, String path, String problem) {
    int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    String stop = problem.endsWith("?") ? "" : ". Correct the file.";
    throw new UsageException(
        "%s, line %d: the key '%s' %s%s".formatted(file, line, path, problem, stop));
  }
}
