package chladni.tests.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.optim.Plateau;
import chladni.engine.optim.Schedules;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What schedules do before, at and after their ends; between, they are held against PyTorch. */
final class ScheduleTest {
  @Test
  void aLineWouldReachZeroOneEpochAfterItsLast() {
    LongToDoubleFunction linear = Schedules.linear(100, 100);
    assertThat(linear.applyAsDouble(0)).isEqualTo(1);
    assertThat(linear.applyAsDouble(99)).isEqualTo(1);
    assertThat(linear.applyAsDouble(100)).isCloseTo(100 / 101.0, within(1e-15));
    assertThat(linear.applyAsDouble(199)).isCloseTo(1 / 101.0, within(1e-15));
    assertThat(linear.applyAsDouble(200)).isZero();
    assertThat(linear.applyAsDouble(1000)).isZero();
  }

  @Test
  void aStepComesAfterWholePeriods() {
    LongToDoubleFunction step = Schedules.step(50, 0.1);
    assertThat(step.applyAsDouble(49)).isEqualTo(1);
    assertThat(step.applyAsDouble(50)).isEqualTo(0.1);
    assertThat(step.applyAsDouble(149)).isCloseTo(0.01, within(1e-17));
  }

  @Test
  void aCosineStaysAtItsEnd() {
    LongToDoubleFunction cosine = Schedules.cosine(10, 0.25);
    assertThat(cosine.applyAsDouble(0)).isEqualTo(1);
    assertThat(cosine.applyAsDouble(5)).isCloseTo(0.625, within(1e-15));
    assertThat(cosine.applyAsDouble(10)).isEqualTo(0.25);
    assertThat(cosine.applyAsDouble(20)).isEqualTo(0.25);
  }

  private static final Plateau.Rule RULE = new Plateau.Rule(0.5, 2, 1e-3, true, 3, 1e-5);

  @Test
  void aPlateauThatIsSavedAndReadAfterEachFigureGoesOnTheSame() {
    Plateau kept = Plateau.start(RULE, 0.1 / 3);
    Plateau resumed = kept;
    double lowest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < 60; i++) {
      double figure = 1 / (1.0 + i / 7) + (i % 7 == 0 ? 0 : 0.3 * Math.abs(Math.sin(i)));
      kept = kept.after(figure);
      resumed = Plateau.fromMap(RULE, resumed.toMap()).after(figure);
      assertThat(resumed).isEqualTo(kept);
      lowest = Math.min(lowest, kept.rate());
    }
    assertThat(lowest).as("the rate fell").isLessThan(0.01);
  }

  @Test
  void theBeginningCanBeSavedToo() {
    Plateau start = Plateau.start(RULE, 1);
    assertThat(Plateau.fromMap(RULE, start.toMap())).isEqualTo(start);
  }

  @Test
  void figuresThatAreNoNumbersAreNoProgress() {
    Plateau plateau = Plateau.start(RULE, 1);
    for (int i = 0; i < 3; i++) {
      plateau = plateau.after(Double.NaN);
    }
    assertThat(plateau.rate()).isEqualTo(0.5);
    assertThat(plateau.best()).isInfinite();
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> Schedules.step(0, 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("every must be at least 1, got 0");
    assertThatThrownBy(() -> new Plateau.Rule(1, 1, 0, true, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("factor");
    assertThatThrownBy(() -> Plateau.fromMap(RULE, Map.of("rate", "0.1", "best", "low")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("best=low");
  }
}
