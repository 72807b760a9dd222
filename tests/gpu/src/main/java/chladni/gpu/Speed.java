package chladni.gpu;

import chladni.benchmarks.MultimodalWork;
import chladni.benchmarks.Pix2PixWork;
import chladni.cuda.CudaSteps;
import chladni.engine.Engine;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Inference and training steps in every precision and batch. Each is measured three ways:
 *
 * <ul>
 *   <li><b>wall</b>: by the host's clock, inputs written, losses or picture read; the call waits for
 *       the device, so that nothing is left running.
 *   <li><b>warm</b>: by events, ten replays in a row, what fits in L2 staying there.
 *   <li><b>cold</b>: by events, one replay after twice L2's size was filled with zeros.
 * </ul>
 *
 * All are medians of more than a hundred, or of eleven of the means over ten for a single layer. Before them come {@link #WARM_UP} runs: they load lazily
 * loaded kernels and raise the clocks. The copies of inputs and outputs are within all three.
 */
final class Speed implements Part {
  static final int WARM_UP = Options.softgpu() ? 1 : 50;
  private static final int WIDTH = Options.softgpu() ? 2 : Pix2PixWork.WIDTH;

  @Override
  public void run(Options options, Report report) {
    try (Engine engine = options.open()) {
      report.device(engine.description());
      report.put("tuned", options.tune());
      for (Precision precision : options.precisions(engine.precisions())) {
        for (int batch : options.batches(1, 16, 64, 128)) {
          if (late(options, report, "pix2pix", batch, precision)) {
            continue;
          }
          try (Pix2PixWork w = inference(engine, batch, precision)) {
            whole(report, "inference", w.program(), w::run, batch, precision);
          }
          try (Pix2PixWork w = step(engine, batch, precision)) {
            whole(report, "step", w.program(), w::run, batch, precision);
            layers(report, w.program(), batch, precision);
          }
        }
        for (int batch : options.batches(64)) {
          if (!late(options, report, "multimodal", batch, precision)) {
            try (MultimodalWork w = multimodal(engine, batch, precision)) {
              whole(report, "multimodal", w.program(), w::run, batch, precision);
            }
          }
        }
      }
    }
  }

  static Pix2PixWork inference(Engine engine, int batch, Precision precision) {
    return Pix2PixWork.inference(engine, WIDTH, batch, precision);
  }

  static Pix2PixWork step(Engine engine, int batch, Precision precision) {
    return Pix2PixWork.step(engine, WIDTH, batch, precision, true);
  }

  private static MultimodalWork multimodal(Engine engine, int batch, Precision precision) {
    return Options.softgpu()
        ? MultimodalWork.tiny(engine, batch, precision)
        : MultimodalWork.of(engine, batch, precision);
  }

  private static boolean late(
      Options options, Report report, String what, int batch, Precision precision) {
    if (options.late()) {
      report.notMeasured("%s at batch %d in %s, for want of time".formatted(what, batch, precision));
    }
    return options.late();
  }

  private static void whole(
      Report report, String what, Program program, Runnable run, int batch, Precision precision) {
    for (int i = 0; i < WARM_UP; i++) {
      run.run();
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("work", what);
    row.put("precision", precision);
    row.put("batch", batch);
    double wall = Samples.medianWall(run);
    row.put("wall_ms", wall);
    row.put("per_second", batch * 1e3 / wall);
    try (CudaSteps steps = CudaSteps.run(program)) {
      row.put("warm_ms", Samples.median(Samples.MANY, steps::warm));
      row.put("cold_ms", Samples.median(Samples.MANY, steps::cold));
    }
    Peaks peaks = Peaks.of(precision);
    row.put(
        "roofline_ms",
        program.listing().steps().stream().mapToDouble(s -> peaks.milliseconds(s.work())).sum());
    row.put("gflop", program.listing().work().flops() * 1e-9);
    row.put("device_mib", program.listing().memory().total() >> 20);
    report.row("programs", row);
  }

  /** Every step of the training step alone: what it takes, and the least that it could take. */
  private static void layers(Report report, Program program, int batch, Precision precision) {
    Peaks peaks = Peaks.of(precision);
    List<Listing.Step> steps = program.listing().steps();
    for (int i = 0; i < steps.size(); i++) {
      Listing.Step step = steps.get(i);
      if (Options.softgpu() && step.kind() != Listing.Kind.PRODUCT) {
        continue;
      }
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("precision", precision);
      row.put("batch", batch);
      row.put("step", step.label());
      row.put("by", step.implementation());
      time(row, program, i, step.work(), peaks);
      report.row("layers", row);
    }
  }

  /** A share above one, cold, would be a fault of the measurement. */
  static void time(
      Map<String, Object> row, Program program, int step, Listing.Work work, Peaks peaks) {
    double least = peaks.milliseconds(work);
    row.put("gflop", work.flops() * 1e-9);
    row.put("mb", (work.read() + work.written()) * 1e-6);
    row.put("roofline_ms", least);
    try (CudaSteps alone = CudaSteps.of(program, step)) {
      alone.run();
      double warm = Samples.median(Samples.FEW, alone::warm);
      double cold = Samples.median(Samples.MANY, alone::cold);
      row.put("warm_ms", warm);
      row.put("cold_ms", cold);
      row.put("share_warm", least / warm);
      row.put("share_cold", least / cold);
      row.put(Report.LOST, warm - least);
    }
  }
}
