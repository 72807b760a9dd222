package chladni.gpu;

import chladni.engine.Engine;

/**
 * Every operation of the table, its first and second derivatives and its determinism; the networks
 * and trainings that PyTorch has witnessed; and replays of a graph beside its steps one by one.
 */
final class Correct implements Part {
  @Override
  public void run(Options options, Report report) {
    try (Engine engine = Engine.open("cuda")) {
      report.device(engine.description());
      report.put("precisions", engine.precisions().toString());
    }
    // What is soonest to break first: the rest may fall to the deadline.
    int passed =
        TestRun.of(
            options,
            report,
            "cuda.ReplayTest",
            "golden.TrainingParityTest",
            "golden.NetworkParityTest",
            "golden.MultimodalParityTest",
            "ops.ForwardTest",
            "ops.DeterminismTest",
            "golden.OpParityTest",
            "ops.GradientTest");
    int late = OnlyCuda.LATE.get();
    report.check("tests ran on cuda", passed > 0, passed);
    report.check("none fell to the deadline", late == 0, late);
  }
}
