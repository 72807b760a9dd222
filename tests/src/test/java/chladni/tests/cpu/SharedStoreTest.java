package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.backend.Precision;
import chladni.engine.graph.DType;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Variable;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Programs that share variables, whose layouts in memory differ from program to program. */
final class SharedStoreTest {
  /**
   * Eight roundings' standard deviations over the longest chain: about 20 products of at most 1024
   * terms, values near 1.
   */
  private static final double FORWARD = 8 * 0x1p-24 * Math.sqrt(20 * 1024);

  /**
   * Adam's first steps go a learning rate of 2e-4 in the direction of the gradient's sign, which
   * rounding decides for the few weights whose gradient is near zero.
   */
  private static final double AFTER_STEPS = 5 * 2e-4;

  private static TrainedNet cpu() {
    return new TrainedNet(Backends.CPU.backend(), Precision.FP32);
  }

  private static TrainedNet reference() {
    return new TrainedNet(Backends.REFERENCE.backend(), Precision.FP64);
  }

  @Test
  void trainingStepsAgreeWithTheReference() {
    try (TrainedNet cpu = cpu();
        TrainedNet exact = reference()) {
      for (int step = 0; step < 3; step++) {
        assertThat(cpu.train()).as("step %d", step).isCloseTo(exact.train(), within(FORWARD));
      }
      assertThat(cpu.store.variables()).hasSameSizeAs(exact.store.variables());
      // A weight moved by at most three learning rates; a gradient near zero may turn its sign.
      for (Variable v : exact.store.variables()) {
        if (v.trainable()) {
          assertThat(cpu.store.doubles(v.name()))
              .as(v.name())
              .containsExactly(exact.store.doubles(v.name()), within(6 * 2e-4));
        }
      }
    }
  }

  @Test
  void inferenceCompiledBeforeTrainingSeesTheFinishedStep() {
    try (TrainedNet cpu = cpu();
        TrainedNet exact = reference()) {
      assertThat(cpu.infer()).containsExactly(exact.infer(), within(FORWARD));
      for (int step = 0; step < 2; step++) {
        cpu.train();
        exact.train();
        assertThat(cpu.infer()).containsExactly(exact.infer(), within(AFTER_STEPS));
      }
    }
  }

  @Test
  void setWeightsAreUsedByTheNextRunOfBothPrograms() {
    try (TrainedNet cpu = cpu();
        TrainedNet exact = reference()) {
      cpu.train();
      cpu.infer();
      exact.training();
      for (Variable v : exact.store.variables()) {
        if (v.type().dtype() == DType.FLOAT && v.trainable()) {
          float[] values = TrainedNet.random((int) v.shape().elements(), v.name().hashCode());
          for (int i = 0; i < values.length; i++) {
            values[i] *= 0.05f;
          }
          cpu.store.set(v.name(), values);
          exact.store.set(v.name(), values);
        } else if (v.type().dtype() == DType.FLOAT) {
          cpu.store.set(v.name(), exact.store.floats(v.name()));
        }
      }
      cpu.store.set("step", new int[1]);
      cpu.store.set("g#step", new int[1]);
      assertThat(cpu.infer()).containsExactly(exact.infer(), within(FORWARD));
      assertThat(cpu.train()).isCloseTo(exact.train(), within(FORWARD));
    }
  }

  @Test
  void valuesComeBackInTheOrderInWhichTheyWereSet() {
    try (TrainedNet cpu = cpu()) {
      cpu.training();
      for (Variable v : cpu.store.variables()) {
        if (v.type().dtype() == DType.FLOAT) {
          float[] values = TrainedNet.random((int) v.shape().elements(), v.name().hashCode());
          cpu.store.set(v.name(), values);
          assertThat(cpu.store.floats(v.name())).as(v.name()).containsExactly(values);
        }
      }
    }
  }

  @Test
  void firstValuesSurviveTheChangeOfLayout() {
    try (TrainedNet cpu = cpu();
        TrainedNet exact = reference()) {
      cpu.training();
      exact.training();
      for (Variable v : exact.store.variables()) {
        if (v.type().dtype() == DType.FLOAT) {
          assertThat(cpu.store.floats(v.name()))
              .as(v.name())
              .containsExactly(exact.store.floats(v.name()));
        }
      }
    }
  }

  @Test
  void weightThatIsAlsoAnOrdinaryTensorAgreesWithTheReference() {
    UnaryOperator<Node> decay =
        loss -> {
          Node penalty =
              loss.graph().nodes().stream()
                  .filter(n -> n.op() instanceof ReadVariable && n.shape().rank() == 4)
                  .toList()
                  .stream()
                  .map(w -> Ops.sum(Ops.square(w)))
                  .reduce(Ops::add)
                  .orElseThrow();
          return Ops.add(loss, Ops.scale(penalty, 0.01));
        };
    try (TrainedNet cpu = cpu();
        TrainedNet exact = reference()) {
      cpu.infer();
      cpu.training(decay);
      exact.training(decay);
      for (int step = 0; step < 2; step++) {
        double expected = exact.train();
        assertThat(cpu.train()).isCloseTo(expected, within(FORWARD * Math.abs(expected) * 8));
      }
      assertThat(cpu.infer()).containsExactly(exact.infer(), within(AFTER_STEPS));
    }
  }

  @Test
  void sameSeedGivesTheSameBits() {
    try (TrainedNet first = cpu();
        TrainedNet second = cpu()) {
      for (int step = 0; step < 3; step++) {
        first.train();
        second.train();
      }
      for (Variable v : first.store.variables()) {
        if (v.type().dtype() == DType.FLOAT) {
          assertThat(first.store.floats(v.name()))
              .as(v.name())
              .containsExactly(second.store.floats(v.name()));
        }
      }
    }
  }
}
