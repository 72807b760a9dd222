package chladni.tests.training;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.sound2image.dataset.PairFolder;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.DataOrder;
import chladni.sound2image.training.PairFeed;
import chladni.sound2image.training.Pix2Pix;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairs that a device cuts out by itself are those that the host would have written. */
final class PairFeedTest {
  private static final int SIDE = 16;
  private static final int WHOLE = 21;
  private static final int COUNT = 3;
  private static final int BATCH = 2;
  private static final int STEPS = 6;

  @TempDir private Path folder;
  private PairFolder pairs;

  @BeforeEach
  void open() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < COUNT; i++) {
      BufferedImage both = new BufferedImage(2 * WHOLE, WHOLE, BufferedImage.TYPE_INT_RGB);
      for (int at = 0; at < 2 * WHOLE * WHOLE; at++) {
        both.setRGB(at % (2 * WHOLE), at / (2 * WHOLE), random.nextInt(1 << 24));
      }
      ImageIO.write(both, "png", folder.resolve(i + ".png").toFile());
    }
    PairFolder.Options options =
        new PairFolder.Options(SIDE, WHOLE, true, PairFolder.Direction.A_TO_B, 5);
    pairs = PairFolder.open(folder, options, 1 << 20);
  }

  private static DataOrder order() {
    return new DataOrder(COUNT, BATCH, 11, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu", "cuda"})
  void partsAreTheSameToTheBit(String device) {
    Set<Boolean> mirrored = new HashSet<>();
    try (Engine engine = Engine.open(device);
        Store written = engine.newStore(1);
        Store resident = engine.newStore(1);
        Program host = parts(engine, written, PairFeed.written(pairs, BATCH));
        Program own = parts(engine, resident, PairFeed.resident(pairs, BATCH))) {
      PairFeed byHost = PairFeed.written(pairs, BATCH);
      PairFeed byDevice = PairFeed.resident(pairs, BATCH);
      byDevice.fill(resident);
      for (long step = 1; step <= STEPS; step++) {
        int[] items = order().items(step);
        byHost.write(host, step, items);
        byDevice.write(own, step, items);
        host.run();
        own.run();
        assertThat(own.read("source")).isEqualTo(host.read("source"));
        assertThat(own.read("target")).isEqualTo(host.read("target"));
        for (int item : items) {
          mirrored.add(pairs.part(item, step).mirrored());
        }
      }
    }
    assertThat(mirrored).containsExactlyInAnyOrder(true, false);
  }

  private static Program parts(Engine engine, Store store, PairFeed feed) {
    Graph graph = new Graph();
    Shape shape = Shape.of(BATCH, 3, SIDE, SIDE);
    graph.output("source", feed.batch(graph, "source", shape));
    graph.output("target", feed.batch(graph, "target", shape));
    return engine.compile(graph, store);
  }

  static Stream<Precision> precisions() {
    try (Engine engine = Engine.open("cuda")) {
      return engine.precisions().stream().toList().stream();
    }
  }

  /** Where it counts: elsewhere nothing is resident, and sums may follow another layout. */
  @ParameterizedTest(name = "cuda {0}")
  @MethodSource("precisions")
  void trainingsEndInTheSameBits(Precision precision) {
    try (Engine engine = Engine.open("cuda")) {
      assertThat(train(engine, precision, PairFeed.resident(pairs, BATCH)))
          .isEqualTo(train(engine, precision, PairFeed.written(pairs, BATCH)));
    }
  }

  private static List<String> train(Engine engine, Precision precision, PairFeed feed) {
    Pix2Pix.Options options =
        Pix2Pix.Options.of(new UNet(SIDE, 3, 3, 2, 0.5), new PatchGan(2, 1), BATCH, 3);
    try (Pix2Pix gan = new Pix2Pix(engine.backend(), options, precision, feed)) {
      feed.fill(gan.store());
      gan.program().write("lr", new float[] {1e-3f});
      for (long step = 1; step <= STEPS; step++) {
        feed.write(gan.program(), step, order().items(step));
        gan.program().start();
      }
      List<String> results = new ArrayList<>();
      results.add(Arrays.deepToString(gan.history().last(gan.store(), STEPS)));
      for (Variable v : gan.generator().all()) {
        results.add(v.name() + " " + Arrays.toString(gan.store().floats(v.name())));
      }
      return results;
    }
  }

  @Test
  void aDeviceKeepsPairsAndTheHostDoesNot() {
    try (Engine host = Engine.open("cpu");
        Engine device = Engine.open("cuda")) {
      assertThat(PairFeed.of(host.backend(), pairs, BATCH).isResident()).isFalse();
      assertThat(PairFeed.of(device.backend(), pairs, BATCH).isResident()).isTrue();
    }
  }
}
