package chladni.gpu;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Test classes of every build once more, with this host's card: the same tables and tolerances. */
final class TestRun implements TestExecutionListener {
  private static final String PACKAGE = "chladni.tests.";

  private final Map<String, int[]> counts = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();

  private TestRun() {}

  /**
   * Runs what they test on cuda, up to the deadline.
   *
   * @param classes by name within the tests
   * @return how many passed
   */
  static int of(Options options, Report report, String... classes) {
    OnlyCuda.until(options);
    LauncherDiscoveryRequestBuilder request =
        LauncherDiscoveryRequestBuilder.request()
            .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true");
    for (String name : classes) {
      request.selectors(selectClass(PACKAGE + name));
    }
    return new TestRun().run(request.build(), report);
  }

  private int run(LauncherDiscoveryRequest request, Report report) {
    LauncherFactory.create().execute(request, this);
    int passed = 0;
    for (Map.Entry<String, int[]> e : counts.entrySet()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("class", e.getKey());
      row.put("passed", e.getValue()[0]);
      row.put("failed", e.getValue()[1]);
      report.row("tests", row);
      passed += e.getValue()[0];
    }
    report.put("passed on cuda", passed);
    failures.forEach(report::problem);
    return passed;
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    boolean ok = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    if (!test.isTest() && ok) {
      return;
    }
    String name = test.getUniqueId();
    int[] count = counts.computeIfAbsent(className(test), _ -> new int[2]);
    count[ok ? 0 : 1]++;
    if (!ok) {
      String why = result.getThrowable().map(Throwable::toString).orElse("no reason");
      failures.add(name + ": " + why);
    }
  }

  private static String className(TestIdentifier test) {
    return test.getSource()
        .filter(MethodSource.class::isInstance)
        .map(source -> ((MethodSource) source).getClassName())
        .orElse(test.getUniqueId())
        .replace(PACKAGE, "");
  }
}
