package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.tests.runtime.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory that is not there, and a card that fails in the middle of a run. */
final class BadRunTest {
  @Test
  void aFullCardNamesWhoHoldsItAndTheEngineGoesOn() throws Exception {
    List<String> lines =
        lines(
            new ChildJvm()
                .option("-Xmx512m")
                .with("SOFTGPU_MEMORY", Integer.toString(160 << 20))
                .with("SOFTGPU_FOREIGN", Integer.toString(16 << 20))
                .run(FullCard.class));
    assertThat(lines.getFirst())
        .startsWith("cuda: output 'y' needs 40.0 MiB of device memory, and of 160.0 MiB there are ")
        .contains("This engine holds ", "inputs (2 blocks) 64.0 MiB", "outputs 24.0 MiB")
        .contains("the workspace of cuBLAS 32.0 MiB", "variables 8.0 MiB")
        .contains("other engines, processes and CUDA itself hold 16.0 MiB")
        .contains("Take a smaller batch, close programs or stores");
    assertThat(lines.subList(1, lines.size()))
        .containsExactly("usable true, kept true", "open 3", "large 3.0", "more 3.0");
  }

  @Test
  void aRunThatEndsTheContextSaysSoAndSoDoesAllThatFollows() throws Exception {
    List<String> lines =
        lines(new ChildJvm().with("SOFTGPU_FAIL", "log_softmax:3").run(FailingCard.class));
    assertThat(lines.getFirst())
        .startsWith("run: usable false, kept false: program with outputs [y]: cuda: cuStreamSynchronize: ")
        .contains("CUDA_ERROR_LAUNCH_FAILED (719)")
        .contains("this process cannot use the card any more")
        .contains("what was saved last stands")
        .contains("CHLADNI_CUDA_STEPS=1");
    assertThat(lines.subList(1, 4))
        .allMatch(line -> line.contains(": usable false, kept false: cuda: cuStreamSynchronize: "));
    assertThat(lines.get(4)).startsWith("open another: usable false");
    assertThat(lines.getLast()).isEqualTo("closed");
  }

  @Test
  void stepByStepTheOneThatFailsIsNamed() throws Exception {
    List<String> lines =
        lines(
            new ChildJvm()
                .with("SOFTGPU_FAIL", "log_softmax:3")
                .with("CHLADNI_CUDA_STEPS", "1")
                .run(FailingCard.class));
    assertThat(lines.getFirst())
        .startsWith("run: usable false, kept false: step ")
        .contains("logSoftmax 'head'", " by log_softmax: cuda: cuStreamSynchronize: ")
        .contains("CUDA_ERROR_LAUNCH_FAILED (719)");
  }

  /** What the child says itself, without the log. */
  private static List<String> lines(String output) {
    return output
        .lines()
        .filter(line -> !line.contains("chladni.cuda.") && !line.contains("CUDA is stand-ins here"))
        .toList();
  }
}
