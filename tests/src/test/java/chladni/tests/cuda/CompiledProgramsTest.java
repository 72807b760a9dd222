package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fused kernels of our networks are compiled, and give what the interpreter gives. */
final class CompiledProgramsTest {
  private static final String INTERPRET = "chladni.cuda.interpret";

  /** Kernels up to this size cost their launch, not their work. */
  private static final long SMALL = 4096;

  @AfterEach
  void compileAgain() {
    System.clearProperty(INTERPRET);
  }

  /** U-Net-128 and PatchGAN in their full depth, so with all of their kernels, but narrow. */
  private static SmallGan gan(Engine engine, Precision precision) {
    return new SmallGan(engine, new UNet(128, 1, 3, 2, 0.5), new PatchGan(2, 3), 4, precision);
  }

  @ParameterizedTest
  @EnumSource(names = {"FP32", "BF16"})
  void everyLargeKernelOfATrainingStepIsCompiled(Precision precision) {
    try (Engine engine = Engine.open("cuda");
        SmallGan gan = gan(engine, precision)) {
      List<Listing.Step> large =
          gan.program().listing().steps().stream()
              .filter(s -> s.work().read() > SMALL * Float.BYTES)
              .filter(s -> s.implementation().matches("(fused|reduce).*"))
              .toList();
      assertThat(large)
          .hasSizeGreaterThan(50)
          .noneMatch(s -> s.implementation().contains("interpreted") && points(s) > SMALL);
    }
  }

  /** Of the largest operand or result. */
  private static long points(Listing.Step s) {
    return Stream.concat(s.reads().stream(), s.writes().stream())
        .mapToLong(t -> t.bytes() / Float.BYTES)
        .max()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(names = {"FP32", "BF16"})
  void theInterpreterGivesTheSameBits(Precision precision) {
    try (Engine engine = Engine.open("cuda");
        SmallGan compiled = gan(engine, precision)) {
      System.setProperty(INTERPRET, "true");
      try (SmallGan interpreted = gan(engine, precision)) {
        assertThat(interpreted.program().listing().steps())
            .noneMatch(s -> s.implementation().matches("(fused|reduce)(, .*)?"));
        compiled.program().run();
        interpreted.program().run();
        assertThat(compiled.bits()).isEqualTo(interpreted.bits());
      }
    }
  }
}
