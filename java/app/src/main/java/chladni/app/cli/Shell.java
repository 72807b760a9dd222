package chladni.app.cli;

import chladni.app.cli.config.ConfigDefaults;
import chladni.app.cli.config.ConfigFile;
import chladni.engine.io.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** Joins commands into one command line and runs it: options over configuration over defaults. */
public final class Shell {
  private static final Map<String, String> GROUPS =
      Map.of(
          "net", "Run one network by itself.",
          "train", "Train one of the networks.");

  private final SequencedMap<String, Object> commands;
  private final Terminal terminal;

  /**
   * @param commands annotated commands by path, such as {@code train pix2pix}
   */
  public Shell(SequencedMap<String, Object> commands, Terminal terminal) {
    this.commands = commands;
    this.terminal = terminal;
  }

  @Command(
      name = "chladni",
      synopsisSubcommandLabel = "COMMAND",
      description = "Turns sounds into pictures, and trains the networks that do it.",
      footer = {
        "",
        "Exit codes: 0 done; 1 failed, with the reason on the error stream; 2 the options or the"
            + " configuration file make no sense, nothing was started; 3 a replay has found a value"
            + " that is not finite."
      },
      versionProvider = Version.class)
  private static final class Root {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        scope = ScopeType.INHERIT,
        description = "Show this help.")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    boolean version;

    @Option(
        names = "--config",
        paramLabel = "FILE.yaml",
        scope = ScopeType.INHERIT,
        description =
            "Values for options, a section per command; its keys are option names without dashes."
                + " Options given here override it.")
    Path config;

    @Option(
        names = "--stacktrace",
        scope = ScopeType.INHERIT,
        description = "Print the stack trace of an error.")
    boolean stackTrace;
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Shell.class.getPackage().getImplementationVersion();
      return new String[] {"chladni " + (version == null ? "(not packaged)" : version)};
    }
  }

  /** Parses and runs; never throws. Returns an {@link ExitCode}. */
  public int run(String... args) {
    Failures failures = new Failures(terminal.err(), List.of(args).contains("--stacktrace"));
    try {
      CommandLine line = assemble();
      Optional<Path> config = configPath(args);
      if (config.isPresent()) {
        ConfigFile file = ConfigFile.read(config.get());
        file.check(line.getCommandSpec());
        line.setDefaultValueProvider(new ConfigDefaults(file));
      }
      line.setExecutionExceptionHandler((e, where, _) -> failures.report(name(where), e));
      line.setParameterExceptionHandler((e, _) -> usage(e));
      return line.execute(args);
    } catch (Throwable e) {
      // Errors such as an exhausted heap pass picocli's handlers.
      return failures.report("chladni", e);
    }
  }

  private CommandLine assemble() {
    CommandLine root = new CommandLine(new Root());
    commands.forEach(
        (path, command) -> {
          String[] names = path.split(" ");
          CommandLine parent = root;
          for (int i = 0; i < names.length - 1; i++) {
            CommandLine group = parent.getSubcommands().get(names[i]);
            if (group == null) {
              CommandSpec spec = CommandSpec.create().name(names[i]);
              spec.usageMessage()
                  .synopsisSubcommandLabel("COMMAND")
                  .description(GROUPS.get(names[i]));
              group = new CommandLine(spec);
              parent.addSubcommand(names[i], group);
            }
            parent = group;
          }
          parent.addSubcommand(names[names.length - 1], command);
        });
    inherit(root);
    root.setOut(terminal.out());
    root.setErr(terminal.err());
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setUsageHelpAutoWidth(false);
    root.setUsageHelpWidth(Math.clamp(terminal.columns(), 80, 120));
    root.setAbbreviatedOptionsAllowed(false);
    return root;
  }

  /** Options with inherited scope reach only subcommands known when the root was made. */
  private static void inherit(CommandLine parent) {
    for (CommandLine child : parent.getSubcommands().values()) {
      for (OptionSpec option : parent.getCommandSpec().options()) {
        boolean shared = option.scopeType() == ScopeType.INHERIT || option.inherited();
        if (shared && child.getCommandSpec().findOption(option.longestName()) == null) {
          child
              .getCommandSpec()
              .addOption(OptionSpec.builder(option).inherited(true).root(option).build());
        }
      }
      inherit(child);
    }
  }

  /** Found before parsing, because parsing asks it for values. */
  private static Optional<Path> configPath(String[] args) {
    for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
      if (args[i].startsWith("--config=")) {
        return Optional.of(Path.of(args[i].substring("--config=".length())));
      }
      if (args[i].equals("--config") && i + 1 < args.length) {
        return Optional.of(Path.of(args[i + 1]));
      }
    }
    return Optional.empty();
  }

  private int usage(ParameterException e) {
    CommandLine where = e.getCommandLine();
    String message =
        switch (e) {
          case UnmatchedArgumentException unmatched -> unmatched(unmatched);
          case MissingParameterException missing
              when missing.getMissing().isEmpty() && where.getSubcommands().size() > 0 ->
              missingCommand(where);
          default -> where.getSubcommands().isEmpty() ? e.getMessage() : missingCommand(where);
        };
    terminal
        .err()
        .printf(
            "%s: %s. Try '%s --help'.%n",
            name(where), message.replaceAll("[.\\s]+$", ""), name(where));
    return ExitCode.USAGE;
  }

  private static String missingCommand(CommandLine where) {
    return "a command must follow: " + String.join(", ", where.getSubcommands().keySet());
  }

  private static String unmatched(UnmatchedArgumentException e) {
    String given = e.getUnmatched().getFirst();
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    List<String> known = new ArrayList<>();
    if (given.startsWith("-")) {
      String name = given.replaceAll("=.*", "");
      spec.options().forEach(option -> known.addAll(List.of(option.names())));
      return "unknown option '" + name + "'" + NearestName.hint(name, known);
    }
    if (spec.subcommands().isEmpty()) {
      return "unexpected argument '" + given + "'";
    }
    known.addAll(spec.subcommands().keySet());
    String hint = NearestName.hint(given, known);
    return "unknown command '"
        + given
        + "'"
        + (hint.isEmpty() ? "; there are " + String.join(", ", known) : hint);
  }

  private static String name(CommandLine line) {
    return line.getCommandSpec().qualifiedName();
  }
}
