package chladni.gpu;

import chladni.benchmarks.Pix2PixMain;
import chladni.benchmarks.Pix2PixWork;
import chladni.cuda.CudaSteps;
import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * pix2pix beside PyTorch on the same card, one after the other: ours; interpreted; and compiled, as
 * one CUDA graph. Before, PyTorch's losses from our weights and inputs are held against ours.
 */
final class Peers implements Part {
  private static final Path SCRIPT = Path.of("../benchmarks/peers/pytorch_pix2pix_cuda.py");

  /** Compiling takes a minute or two: a process that has begun in time may go on for so long. */
  private static final long GRACE_SECONDS = 100;

  private static final int CHECKED_STEPS = 3;

  /** What PyTorch's own FP32 parts from its FP64 by within three steps, five times over. */
  private static final double CHECKED = 1e-3;

  @Override
  public void run(Options options, Report report) throws Exception {
    if (Options.softgpu()) {
      report.notMeasured("PyTorch, which knows no stand-ins");
      return;
    }
    String python = python();
    Answer probe = ask(options, python, "-c", "import torch; print('version=' + torch.__version__)");
    if (probe.code != 0) {
      report.problem(
          python + ": PyTorch is missing. Name a Python that has it in CHLADNI_PEERS_PYTHON.");
      return;
    }
    report.put("clocks before", clocks(options));
    check(options, report, python);
    try (Engine engine = options.open()) {
      report.device(engine.description());
      report.put("tuned", options.tune());
    }
    Precision precision = fastest(options);
    for (String work : options.works("step", "inference")) {
      for (int batch : options.batches(1, 16, 64, 128)) {
        compare(options, report, python, work, batch, precision);
      }
    }
    report.put("clocks after", clocks(options));
  }

  /** Of ours; PyTorch is asked for the same. */
  private static Precision fastest(Options options) {
    try (Engine engine = options.open()) {
      return options.precisions(engine.precisions()).getFirst();
    }
  }

  private static void check(Options options, Report report, String python) throws Exception {
    Path folder = Files.createDirectories(options.out().resolve("peers-check"));
    Pix2PixMain.check("cuda", folder, 2, CHECKED_STEPS);
    Answer answer = ask(options, python, SCRIPT.toString(), "--check", folder.toString(), "--batch", "2");
    String said = answer.values.getOrDefault("largest_difference", answer.text);
    boolean close = answer.code == 0 && Double.parseDouble(said) < CHECKED;
    report.check("PyTorch's losses in FP32 are ours", close, said);
  }

  private static void compare(
      Options options, Report report, String python, String work, int batch, Precision precision)
      throws Exception {
    double ours = ours(options, report, work, batch, precision);
    for (String mode : List.of("eager", "compiled")) {
      if (options.late()) {
        report.notMeasured(
            "PyTorch %s, %s at batch %d, for want of time".formatted(mode, work, batch));
        continue;
      }
      Answer answer =
          ask(
              options,
              python,
              SCRIPT.toString(),
              "--work",
              work,
              "--batch",
              String.valueOf(batch),
              "--mode",
              mode,
              "--precision",
              precision.name().toLowerCase());
      if (answer.code != 0) {
        report.problem("PyTorch %s, %s at batch %d: %s".formatted(mode, work, batch, answer.text));
        continue;
      }
      double wall = Double.parseDouble(answer.values.get("wall_ms"));
      double queued = Double.parseDouble(answer.values.get("queued_ms"));
      double device = Double.parseDouble(answer.values.get("device_ms"));
      row(report, work, batch, precision, "PyTorch " + mode, wall, queued, device, wall / ours);
      report.put("PyTorch", answer.values.get("version"));
    }
  }

  private static double ours(
      Options options, Report report, String work, int batch, Precision precision) {
    try (Engine engine = options.open();
        Pix2PixWork running =
            work.equals("step")
                ? Speed.step(engine, batch, precision)
                : Speed.inference(engine, batch, precision)) {
      for (int i = 0; i < Speed.WARM_UP; i++) {
        running.run();
      }
      double wall = Samples.medianWall(running::run);
      double queued = Samples.medianQueued(running::start, running.program()::await);
      try (CudaSteps steps = CudaSteps.run(running.program())) {
        double device = Samples.median(Samples.MANY, steps::warm);
        row(report, work, batch, precision, "ours", wall, queued, device, 1);
      }
      return wall;
    }
  }

  private static void row(
      Report report,
      String work,
      int batch,
      Precision precision,
      String engine,
      double wall,
      double queued,
      double device,
      double times) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("work", work);
    row.put("batch", batch);
    row.put("precision", precision);
    row.put("engine", engine);
    row.put("wall_ms", wall);
    row.put("queued_ms", queued);
    row.put("device_ms", device);
    row.put("times_ours", times);
    report.row("peers", row);
  }

  private static String python() {
    String named = System.getenv("CHLADNI_PEERS_PYTHON");
    String environment = System.getenv("CHLADNI_CUDA_PYTHON");
    if (named != null) {
      return named;
    }
    return environment != null ? Path.of(environment, "bin", "python3").toString() : "python3";
  }

  /** Of the card at this moment, where the driver's tool is there. */
  private static String clocks(Options options) throws InterruptedException {
    Answer answer =
        ask(
            options,
            "nvidia-smi",
            "--query-gpu=clocks.sm,clocks.mem,power.draw,temperature.gpu",
            "--format=csv,noheader");
    return answer.code == 0 ? answer.text : "nvidia-smi is not there";
  }

  /** What a process said, its last line's {@code key=value} words apart. */
  private record Answer(int code, String text, Map<String, String> values) {}

  private static Answer ask(Options options, String... command) throws InterruptedException {
    try {
      Path said = Files.createTempFile("chladni-peer-", ".txt");
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
      long left = options.deadline() - System.nanoTime() + GRACE_SECONDS * 1_000_000_000L;
      boolean ended = process.waitFor(left, TimeUnit.NANOSECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      List<String> lines = new ArrayList<>(Files.readAllLines(said));
      Files.delete(said);
      Map<String, String> values = new LinkedHashMap<>();
      for (String word : lines.isEmpty() ? new String[0] : lines.getLast().split(" ")) {
        int equals = word.indexOf('=');
        if (equals > 0) {
          values.put(word.substring(0, equals), word.substring(equals + 1));
        }
      }
      String text = String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
      return ended
          ? new Answer(process.exitValue(), text, values)
          : new Answer(-1, "no answer in the time that was left", values);
    } catch (IOException e) {
      return new Answer(-1, e.toString(), Map.of());
    }
  }
}
