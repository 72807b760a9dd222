package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No fixture lies there unread. */
class CoverageTest {
  /** Networks that exist only with pretrained weights, which nothing reads yet. */
  private static final List<String> NOT_BUILT = List.of("nets/soundnet8", "nets/vgg16_fc6");

  @Test
  void everyFixtureIsReadOrNamedAsNotBuilt() throws IOException {
    List<String> read = new ArrayList<>(OpParityTest.FIXTURES);
    read.addAll(OptimizerParityTest.FIXTURES);
    read.add(ClippingParityTest.FIXTURE);
    read.add(ScheduleParityTest.FIXTURE);
    read.addAll(NetworkParityTest.FULL);
    read.addAll(NetworkParityTest.SMALL);
    read.add(NetworkParityTest.SOUNDNET);
    read.add(MultimodalParityTest.SMALL);
    read.add(MultimodalParityTest.FULL);
    read.addAll(TrainingParityTest.SMALL);
    read.add(TrainingParityTest.FULL);
    read.add(TrainingParityTest.MULTIMODAL);
    read.addAll(NOT_BUILT);
    try (Stream<Path> files = Files.walk(Fixture.FOLDER)) {
      assertThat(
              files
                  .map(file -> Fixture.FOLDER.relativize(file).toString().replace('\\', '/'))
                  .filter(name -> name.endsWith(".safetensors"))
                  .map(name -> name.replace(".safetensors", "")))
          .containsExactlyInAnyOrderElementsOf(read);
    }
  }
}
