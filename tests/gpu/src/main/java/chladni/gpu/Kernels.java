package chladni.gpu;

/** Every operation and its derivatives, once: what {@link Sanitize} watches from outside. */
final class Kernels implements Part {
  @Override
  public void run(Options options, Report report) {
    int passed = TestRun.of(options, report, "ops.ForwardTest", "ops.GradientTest");
    report.check("tests ran on cuda", passed > 0, passed);
    if (OnlyCuda.LATE.get() > 0) {
      report.notMeasured(OnlyCuda.LATE.get() + " tests, for want of time");
    }
  }
}
