package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.tests.runtime.ChildJvm;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a card would punish or hide, the stand-ins refuse: each with a mistake that is planted. */
final class StandInsBiteTest {
  @ParameterizedTest
  @CsvSource({
    "none, CUDA_SUCCESS",
    "write, CUDA_ERROR_ILLEGAL_ADDRESS",
    "sync, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"
  })
  void aMistakeIsAnswered(String mistake, String answer) throws IOException, InterruptedException {
    assertThat(new ChildJvm().run(PlantedBug.class, mistake)).isEqualToIgnoringNewLines(answer);
  }
}
