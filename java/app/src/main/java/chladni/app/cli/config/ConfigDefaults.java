package chladni.app.cli.config;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Lets a configuration file stand in for options that the command line does not give. */
public final class ConfigDefaults implements IDefaultValueProvider {
  private final ConfigFile config;

  public ConfigDefaults(ConfigFile config) {
    this.config = config;
  }

  /** The file's text for this option, or null to fall back to the option's own default. */
  @Override
  public String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.inherited()) {
      return null;
    }
    List<String> path = new ArrayList<>();
    for (CommandSpec at = argument.command(); at.parent() != null; at = at.parent()) {
      path.addFirst(at.name());
    }
    return path.isEmpty() ? null : config.value(path, option).orElse(null);
  }
}
