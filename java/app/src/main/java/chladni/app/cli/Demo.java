package chladni.app.cli;

import chladni.app.cli.progress.ProgressBar;
import chladni.app.demo.DemoPreset;
import chladni.app.demo.DemoProgress;
import chladni.app.demo.DemoRun;
import chladni.app.report.Metric;
import chladni.app.report.Metrics;
import chladni.app.report.Report;
import chladni.app.report.ReportData;
import chladni.app.report.Target;
import chladni.app.report.Targets;
import chladni.engine.Engine;
import chladni.sound2image.training.TrainingListener;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job on videos that it makes itself. */
@Command(
    name = "demo",
    description =
        "Make labelled videos, train every network of the paper on them, turn sounds that no"
            + " network has heard into pictures, and write a report.")
public final class Demo implements Callable<Integer> {
  @Option(
      names = "--out",
      defaultValue = "chladni-demo",
      paramLabel = "DIR",
      description =
          "Folder of the run: new, or that of an interrupted one; default ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of the videos and all networks; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--classes",
      defaultValue = "52",
      paramLabel = "N",
      description = "Kinds of scene, 2 to 52; default ${DEFAULT-VALUE}.")
  private int classes;

  @Option(
      names = "--preset",
      defaultValue = "small",
      paramLabel = "NAME",
      description =
          "Sizes: small takes minutes on two cores, tiny only shows that all parts work; default"
              + " ${DEFAULT-VALUE}.")
  private String preset;

  @Mixin private DeviceOption device;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Checks.require(
        classes >= 2 && classes <= 52, "--classes must be 2 to 52, got " + classes + ". Correct it.");
    Checks.require(
        List.of("small", "tiny").contains(preset),
        "--preset must be small or tiny, got '" + preset + "'. Choose one.");
    Terminal terminal = Checks.terminal(spec);
    try (Engine engine = device.choice().open()) {
      terminal.err().println("backend " + engine.choice() + " (" + engine.backend().description() + ")");
      ReportData data;
      try (Bars bars = new Bars(terminal)) {
        data = new DemoRun(out, DemoPreset.named(preset), classes, seed, bars).run(engine);
      }
      Path report = out.resolve("report");
      Report.write(report, data);
      for (Metric metric : Metrics.of(data)) {
        if (!metric.key().startsWith("loss_") && !metric.key().startsWith("peak_rss_mib_")) {
          terminal.out().printf(Locale.ROOT, "%-40s %.4f%n", metric.key(), metric.value());
        }
      }
      for (Target target : Targets.of(data)) {
        if (!target.reached()) {
          terminal
              .out()
              .printf(
                  Locale.ROOT,
                  "missed: %s, measured %.4f, asked %s %.4f%s%n",
                  target.what(),
                  target.value(),
                  target.relation().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                  target.bound(),
                  target.basis().isEmpty() ? "" : " (" + target.basis() + ")");
        }
      }
      terminal.out().println("report: " + report.resolve("index.html"));
    }
    return ExitCode.OK;
  }

  /** One bar after the other: a new one whenever the stage changes. */
  private static final class Bars implements DemoProgress, AutoCloseable {
    private final Terminal terminal;
    private String stage = "";
    private ProgressBar bar;

    Bars(Terminal terminal) {
      this.terminal = terminal;
    }

    private ProgressBar bar(String name, long total) {
      if (!name.equals(stage) || bar == null) {
        close();
        stage = name;
        bar = terminal.progress(name, total);
      }
      return bar;
    }

    @Override
    public BiConsumer<Integer, Integer> files(String what) {
      return (done, total) -> bar(what, total).update(done, new LinkedHashMap<>());
    }

    @Override
    public TrainingListener training() {
      return (name, step, total, names, values) -> {
        SequencedMap<String, Number> losses = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
          losses.put(names.get(i), values[i]);
        }
        bar(name, total).update(step, losses);
      };
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}
