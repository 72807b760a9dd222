package chladni.tests.ops;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says at the end how many tests ran on the CUDA backend, by the backend in their names. That it
 * opens at all, without which there would be none, is a test of its own.
 */
public final class CudaCount implements TestExecutionListener {
  private final AtomicInteger passed = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest() && test.getDisplayName().toLowerCase(Locale.ROOT).contains("cuda")) {
      boolean ok = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
      (ok ? passed : failed).incrementAndGet();
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (passed.get() + failed.get() > 0) {
      System.out.printf("Tests on cuda: %d passed, %d failed%n", passed.get(), failed.get());
    }
  }
}
