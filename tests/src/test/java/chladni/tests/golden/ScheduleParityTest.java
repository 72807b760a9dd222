package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.optim.Plateau;
import chladni.engine.optim.Schedules;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleParityTest {
  static final String FIXTURE = "optim/schedule";

  /** PyTorch gets from each epoch's rate to the next, with a few roundings each; we start anew. */
  private static final double EACH = 4 * 0x1p-52;

  static List<String> cases() {
    try (Fixture fixture = Fixture.open(FIXTURE)) {
      return fixture.cases();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void yieldsPyTorchsRates(String c) {
    try (Fixture fixture = Fixture.open(FIXTURE)) {
      Attributes of = fixture.attributes("case." + c);
      int epochs = of.integer("epochs");
      double[] rates = new double[epochs];
      if (of.text("schedule").equals("plateau")) {
        Plateau plateau = Plateau.start(rule(of), of.number("lr"));
        float[] figures = fixture.seeded(c + "/figures");
        for (int t = 0; t < epochs; t++) {
          rates[t] = plateau.rate();
          plateau = plateau.after(figures[t] - t / (double) epochs);
        }
        // The same products in the same order.
        assertThat(rates).isEqualTo(fixture.stored(c + "/rates"));
      } else {
        LongToDoubleFunction factor = schedule(of);
        for (int t = 0; t < epochs; t++) {
          rates[t] = of.number("lr") * factor.applyAsDouble(t);
        }
        fixture.assertClose(c + "/rates", rates, EACH * epochs);
      }
    }
  }

  private static Plateau.Rule rule(Attributes of) {
    return new Plateau.Rule(
        of.number("factor"),
        of.integer("patience"),
        of.number("threshold"),
        of.flag("relative"),
        of.integer("cooldown"),
        of.number("min_lr"));
  }

  private static LongToDoubleFunction schedule(Attributes of) {
    return switch (of.text("schedule")) {
      case "linear" -> Schedules.linear(of.integer("constant"), of.integer("decay"));
      case "step" -> Schedules.step(of.integer("every"), of.number("gamma"));
      case "cosine" -> Schedules.cosine(of.integer("period"), of.number("min"));
      default -> throw new AssertionError("no schedule " + of.text("schedule"));
    };
  }
}
