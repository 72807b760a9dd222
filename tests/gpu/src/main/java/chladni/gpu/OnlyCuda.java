package chladni.gpu;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Of tests that run on several backends, those on this one, which have its name in theirs; and none
 * once the time is up. Found by JUnit where it looks for extensions, which it does here alone.
 */
public final class OnlyCuda implements ExecutionCondition {
  static final AtomicInteger LATE = new AtomicInteger();
  private static volatile Options options;

  static void until(Options deadline) {
    options = deadline;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    boolean invocation = context.getUniqueId().contains("[test-template-invocation:");
    String name = context.getDisplayName().toLowerCase(Locale.ROOT);
    if (invocation && !name.contains("cuda")) {
      return ConditionEvaluationResult.disabled("on another backend");
    }
    if (invocation && options.late()) {
      LATE.incrementAndGet();
      return ConditionEvaluationResult.disabled("out of time");
    }
    return ConditionEvaluationResult.enabled("on cuda");
  }
}
