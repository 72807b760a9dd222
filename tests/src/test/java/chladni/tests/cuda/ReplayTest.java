package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.cuda.CudaSteps;
import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.graph.Variable;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Pix2Pix;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Twelve steps of a small GAN as replays of a graph: the bits of those without one, every time. */
final class ReplayTest {
  private static final int STEPS = 12;
  private static final int SIDE = 16;

  @AutoClose private static final Engine ENGINE = Engine.open("cuda");

  static Stream<Precision> precisions() {
    return ENGINE.precisions().stream();
  }

  @ParameterizedTest(name = "cuda {0}")
  @MethodSource("precisions")
  void replaysGiveTheBitsOfStepsOneByOne(Precision precision) {
    assertThat(train(precision, Program::run)).isEqualTo(train(precision, Program::trace));
  }

  @ParameterizedTest(name = "cuda {0}")
  @MethodSource("precisions")
  void twoTrainingsGiveTheSameBits(Precision precision) {
    assertThat(train(precision, Program::run)).isEqualTo(train(precision, Program::run));
  }

  /** Losses of all steps, then weights, moments and statistics. */
  private static List<Float> train(Precision precision, Consumer<Program> step) {
    try (Pix2Pix gan = gan(precision)) {
      Program program = gan.program();
      program.write("lr", new float[] {2e-4f});
      SplittableRandom random = new SplittableRandom(5);
      List<Float> values = new ArrayList<>();
      for (int i = 0; i < STEPS; i++) {
        program.write("source", pictures(1, random));
        program.write("target", pictures(3, random));
        step.accept(program);
        Pix2Pix.LOSSES.forEach(loss -> values.add((float) program.scalar(loss)));
      }
      assertThat(values).allMatch(Float::isFinite).hasSize(4 * STEPS);
      Stream.of(gan.generator(), gan.discriminator())
          .flatMap(p -> p.all().stream())
          .map(Variable::name)
          .map(gan.store()::floats)
          .forEach(
              all -> IntStream.range(0, all.length).forEach(i -> values.add(all[i])));
      return values;
    }
  }

  private static Pix2Pix gan(Precision precision) {
    UNet generator = new UNet(SIDE, 1, 3, 4, 0.5);
    return new Pix2Pix(
        ENGINE.backend(), Pix2Pix.Options.of(generator, new PatchGan(4, 1), 2, 7), precision);
  }

  private static float[] pictures(int channels, SplittableRandom random) {
    float[] values = new float[2 * channels * SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  @Test
  void aTimedReplayDoesWhatARunDoes() {
    try (Pix2Pix timed = gan(Precision.FP32);
        Pix2Pix run = gan(Precision.FP32)) {
      for (Pix2Pix gan : List.of(timed, run)) {
        gan.program().write("lr", new float[] {2e-4f});
        gan.program().write("source", pictures(1, new SplittableRandom(1)));
        gan.program().write("target", pictures(3, new SplittableRandom(2)));
      }
      assertThatThrownBy(() -> CudaSteps.run(timed.program()))
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("Call run first");
      timed.program().run();
      run.program().run();
      try (CudaSteps whole = CudaSteps.run(timed.program())) {
        assertThat(whole.cold()).isPositive();
      }
      run.program().run();
      String name = timed.generator().all().getFirst().name();
      assertThat(timed.store().floats(name)).isEqualTo(run.store().floats(name));
    }
  }

  @Test
  void onlyProgramsOfTheDeviceAreTimedOnIt() {
    try (Engine reference = Engine.open("reference");
        Pix2Pix gan =
            new Pix2Pix(
                reference,
                Pix2Pix.Options.of(new UNet(SIDE, 1, 3, 2, 0), new PatchGan(2, 1), 1, 7))) {
      assertThatThrownBy(() -> CudaSteps.run(gan.program()))
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("only programs of the cuda backend");
    }
  }
}
