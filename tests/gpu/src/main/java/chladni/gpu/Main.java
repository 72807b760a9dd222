package chladni.gpu;

import java.util.Map;

/** One part in this process: {@code PART [--out FOLDER] [--batch N,...] [--precision P,...]}. */
final class Main {
  private static final int FAILED = 1;

  /** Nothing failed, since nothing could be done here. */
  private static final int NOTHING = 3;

  private static final Map<String, Part> PARTS =
      Map.of(
          "probe", new Probe(),
          "correct", new Correct(),
          "kernels", new Kernels(),
          "sanitize", new Sanitize(),
          "speed", new Speed(),
          "convolutions", new Convolutions(),
          "peers", new Peers());

  private Main() {}

  public static void main(String[] args) throws Exception {
    Options options = Options.parse(args);
    Report report = new Report(options);
    try {
      PARTS.get(options.part()).run(options, report);
    } catch (Exception | Error e) {
      report.problem(e.toString());
    }
    report.write();
    // A context that died in the middle cannot be closed in order.
    System.out.flush();
    Runtime.getRuntime().halt(!report.passed() ? FAILED : report.isEmpty() ? NOTHING : 0);
  }
}
