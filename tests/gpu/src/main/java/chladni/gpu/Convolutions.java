package chladni.gpu;

import chladni.benchmarks.ConvolutionWork;
import chladni.engine.Engine;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Every layer of both U-Nets and the PatchGAN, forward and both gradients: the product alone, warm
 * and after L2 was flushed, and the share of what the card could do. The times are {@link Speed}'s.
 */
final class Convolutions implements Part {
  private static final int NARROWER = Options.softgpu() ? 64 : 1;

  @Override
  public void run(Options options, Report report) {
    try (Engine engine = options.open()) {
      report.device(engine.description());
      report.put("tuned", options.tune());
      for (Precision precision : options.precisions(engine.precisions())) {
        for (int batch : options.batches(16, 1)) {
          for (String layer : ConvolutionWork.layers()) {
            for (String direction : ConvolutionWork.DIRECTIONS) {
              if (options.late()) {
                report.notMeasured(
                    "%s %s at batch %d in %s, for want of time"
                        .formatted(layer, direction, batch, precision));
              } else {
                measure(engine, layer, batch, direction, precision, report);
              }
            }
          }
        }
      }
    }
  }

  private static void measure(
      Engine engine,
      String layer,
      int batch,
      String direction,
      Precision precision,
      Report report) {
    try (ConvolutionWork work =
        ConvolutionWork.of(engine, layer, batch, direction, precision, NARROWER)) {
      Listing.Step step = work.program().listing().steps().get(work.product());
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("layer", layer);
      row.put("direction", direction);
      row.put("precision", precision);
      row.put("batch", batch);
      row.put("by", step.implementation());
      Speed.time(row, work.program(), work.product(), step.work(), Peaks.of(precision));
      report.row("convolutions", row);
    }
  }
}
