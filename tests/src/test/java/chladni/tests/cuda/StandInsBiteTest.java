package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.tests.runtime.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a card would punish or hide, the stand-ins refuse: each with a mistake that is planted. */
final class StandInsBiteTest {
  private static final Path PLANTED =
      Path.of("softgpu", "target", "native", "planted", "libsoftgpu_planted.so");

  private static Map<String, String> answers;

  @BeforeAll
  static void makeMistakes() throws IOException, InterruptedException {
    String output =
        new ChildJvm()
            .with("SOFTGPU_KERNELS", PLANTED.toAbsolutePath().toString())
            .run(PlantedMistakes.class);
    answers =
        output
            .lines()
            .filter(line -> line.contains(" -> "))
            .map(line -> line.split(" -> ", 2))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          none                           | CUDA_SUCCESS
          a write far out of bounds      | ILLEGAL_ADDRESS
          a read far out of bounds       | ILLEGAL_ADDRESS
          a write four bytes behind      | ILLEGAL_ADDRESS
          a write four bytes before      | ILLEGAL_ADDRESS
          a copy out of bounds           | INVALID_VALUE
          use after free                 | ILLEGAL_ADDRESS
          free of what is free           | INVALID_VALUE
          a misaligned pointer           | MISALIGNED_ADDRESS
          a pointer of the host          | INVALID_VALUE
          divergent_barrier              | LAUNCH_FAILED
          divergent_shuffle              | LAUNCH_FAILED
          barrier_of_independents        | LAUNCH_FAILED
          a later call                   | LAUNCH_FAILED
          a block that is too large      | INVALID_VALUE
          memory that nobody has written | NaN
          a copy that was waited for     | 1.0
          a block that is rewritten before its copy | 2.0
          a result that was waited for   | 1.0
          a result that nobody waited for | 0.0
          memory that is freed under queued work | ILLEGAL_ADDRESS
          no call in a capture           | CUDA_SUCCESS, CUDA_SUCCESS
          synchronize in a capture       | STREAM_CAPTURE_UNSUPPORTED, STREAM_CAPTURE_INVALIDATED
          allocate in a capture          | STREAM_CAPTURE_UNSUPPORTED, STREAM_CAPTURE_INVALIDATED
          free in a capture              | STREAM_CAPTURE_UNSUPPORTED, STREAM_CAPTURE_INVALIDATED
          a pageable copy in a capture   | STREAM_CAPTURE_UNSUPPORTED, STREAM_CAPTURE_INVALIDATED
          a library's first call in a capture  | CUDA_SUCCESS, STREAM_CAPTURE_INVALIDATED
          a library's second call in a capture | CUDA_SUCCESS, CUDA_SUCCESS
          a branch that is not joined    | CUDA_SUCCESS, STREAM_CAPTURE_UNJOINED
          a dependency that is there     | always right
          a missing dependency           | sometimes wrong
          """)
  void aMistakeIsAnswered(String mistake, String answer) {
    assertThat(answers).containsEntry(mistake, answer);
  }
}
