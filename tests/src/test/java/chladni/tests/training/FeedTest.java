package chladni.tests.training;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.DataOrder;
import chladni.sound2image.training.Feed;
import chladni.sound2image.training.Pix2Pix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedTest {
  private static final int SIDE = 8;
  private static final int COUNT = 5;
  private static final int BATCH = 2;

  private static final Feed.Source SOURCE = source("source", SIDE * SIDE, 0.25f);
  private static final Feed.Source TARGET = source("target", 3 * SIDE * SIDE, -0.125f);

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu", "cuda"})
  void itemsThatLieInTheStoreTrainToTheSameBits(String device) {
    try (Engine engine = Engine.open(device)) {
      List<String> written = train(engine, Feed.written(COUNT, SOURCE, TARGET));
      assertThat(train(engine, Feed.resident(COUNT, SOURCE, TARGET))).isEqualTo(written);
    }
  }

  @Test
  void noCheckpointHasTheItems() {
    try (Engine engine = Engine.open("reference");
        Pix2Pix written = gan(engine, Feed.written(COUNT, SOURCE, TARGET));
        Pix2Pix resident = gan(engine, Feed.resident(COUNT, SOURCE, TARGET))) {
      assertThat(resident.variables())
          .extracting(Variable::name)
          .isEqualTo(written.variables().stream().map(Variable::name).toList());
      assertThat(resident.store().variables()).hasSize(written.store().variables().size() + 2);
    }
  }

  @Test
  void aDeviceKeepsWhatFitsIntoAQuarterOfItsMemoryAndOfTheHeap() {
    try (Engine host = Engine.open("cpu");
        Engine device = Engine.open("cuda")) {
      assertThat(isResident(host, COUNT)).isFalse();
      assertThat(isResident(device, COUNT)).isTrue();
      long bytes = (SOURCE.width() + TARGET.width()) * (long) Float.BYTES;
      long memory =
          Math.min(
              device.backend().deviceMemory().orElseThrow(), Runtime.getRuntime().maxMemory());
      int most = Math.toIntExact(memory / 4 / bytes);
      assertThat(isResident(device, most)).isTrue();
      assertThat(isResident(device, most + 1)).isFalse();
    }
  }

  private static boolean isResident(Engine engine, int count) {
    Graph graph = new Graph();
    Feed.of(engine.backend(), count, SOURCE, TARGET)
        .batch(graph, "source", Shape.of(BATCH, 1, SIDE, SIDE));
    return graph.inputs().containsKey("rows");
  }

  private static Pix2Pix gan(Engine engine, Feed feed) {
    Pix2Pix.Options options =
        Pix2Pix.Options.of(new UNet(SIDE, 1, 3, 2, 0.5), new PatchGan(2, 1), BATCH, 3);
    return new Pix2Pix(engine.backend(), options, Precision.FP32, feed);
  }

  /** The losses of each step, then every variable, to the bit. */
  private static List<String> train(Engine engine, Feed feed) {
    DataOrder order = new DataOrder(COUNT, BATCH, 11, false);
    List<String> results = new ArrayList<>();
    try (Pix2Pix gan = gan(engine, feed)) {
      feed.fill(gan.store());
      gan.program().write("lr", new float[] {1e-3f});
      for (int step = 1; step <= 4; step++) {
        feed.write(gan.program(), order.items(step));
        gan.program().run();
        for (String loss : Pix2Pix.LOSSES) {
          results.add(loss + " " + gan.program().scalar(loss));
        }
      }
      for (Variable v : gan.variables()) {
        if (v.type().dtype() == DType.FLOAT) {
          results.add(v.name() + " " + Arrays.toString(gan.store().floats(v.name())));
        }
      }
    }
    return results;
  }

  private static Feed.Source source(String name, int width, float scale) {
    return new Feed.Source(
        name,
        width,
        (i, dst, at) -> {
          for (int k = 0; k < width; k++) {
            dst[at + k] = scale * ((i * 31 + k * 7) % 8 - 4);
          }
        });
  }
}
