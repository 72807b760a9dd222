package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.io.BadFileException;
import chladni.engine.io.NamedArray;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.Weights;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.training.Pix2Pix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files with the keys that PyTorch writes, which the fixtures list for each network. */
class WeightsTest {
  private static final String UNET = "nets/unet32_ngf8";
  private static final String GAN = "training/pix2pix_small_batch1";
  private static final String GENERATOR = "generator/";
  private static final String DISCRIMINATOR = "discriminator/";

  @AutoClose private static final Engines ENGINES = new Engines();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void aPyTorchFileFillsEveryVariable(Device device) {
    try (Fixture fixture = Fixture.open(UNET);
        Store store = ENGINES.backend(device).newStore(1, device.precision())) {
      List<Variable> variables = declare(fixture, store);
      List<NamedArray> arrays = new ArrayList<>(arrays(fixture, GENERATOR).values());
      // PyTorch counts batches, as integers or floats; nothing reads that.
      arrays.add(
          NamedArray.of("model.model.1.model.2.num_batches_tracked", new long[0], new int[] {7}));
      Path file = folder.resolve("latest_net_G.safetensors");
      SafeTensors.write(file, arrays, Map.of("epoch", "200"));
      assertThat(Weights.load(file, store, variables, GENERATOR)).containsEntry("epoch", "200");
      for (Variable v : variables) {
        assertThat(store.floats(v.name())).as(v.name()).isEqualTo(fixture.seeded(v.name()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTrainedGanIsWrittenUnderPyTorchsKeysAndReadBackBitForBit(Device device) {
    Backend backend = ENGINES.backend(device);
    try (Fixture fixture = Fixture.open(GAN)) {
      Pix2Pix.Options options =
          Pix2Pix.Options.of(
              TrainingParityTest.unet(fixture.attributes("generator")),
              TrainingParityTest.patchGan(fixture.attributes("discriminator")),
              1,
              11);
      try (Pix2Pix trained = new Pix2Pix(backend, options, device.precision());
          Pix2Pix fresh = new Pix2Pix(backend, options, device.precision())) {
        trained.program().write("lr", new double[] {2e-4});
        trained.program().write("source", fixture.seeded("step1/source"));
        trained.program().write("target", fixture.seeded("step1/target"));
        trained.program().run();
        trained.saveWeights(folder, Map.of());
        Path generator = folder.resolve("generator.safetensors");
        Path discriminator = folder.resolve("discriminator.safetensors");
        assertThat(names(generator)).isEqualTo(fixture.seededNames(GENERATOR));
        assertThat(names(discriminator)).isEqualTo(fixture.seededNames(DISCRIMINATOR));

        fresh.loadGenerator(generator);
        fresh.loadDiscriminator(discriminator);
        for (Parameters network : List.of(fresh.generator(), fresh.discriminator())) {
          for (Variable v : network.all()) {
            assertThat(fresh.store().doubles(v.name()))
                .as(v.name())
                .isEqualTo(trained.store().doubles(v.name()));
          }
        }
      }
    }
  }

  @Test
  void everyKeyThatDoesNotFitIsNamedAndNothingIsTaken() {
    Device device = Device.REFERENCE_FP32;
    try (Fixture fixture = Fixture.open(UNET);
        Store store = ENGINES.backend(device).newStore(1, device.precision())) {
      List<Variable> variables = declare(fixture, store);
      Map<String, NamedArray> arrays = arrays(fixture, GENERATOR);
      arrays.remove("model.model.0.weight");
      arrays.put("model.model.0.wieght", array("model.model.0.wieght", 8, 3, 4, 4));
      arrays.remove("model.model.1.model.6.running_var");
      arrays.put("optimizer.state.lr", array("optimizer.state.lr", 1));
      arrays.put("model.model.3.bias", array("model.model.3.bias", 3));
      String turned = "model.model.1.model.1.weight";
      arrays.put(turned, array(turned, 8, 16, 4, 4));
      Path file = folder.resolve("other.safetensors");
      SafeTensors.write(file, List.copyOf(arrays.values()), Map.of());
      Map<String, float[]> before = new LinkedHashMap<>();
      variables.forEach(v -> before.put(v.name(), store.floats(v.name())));

      assertThatThrownBy(() -> Weights.load(file, store, variables, GENERATOR))
          .isInstanceOf(BadFileException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining(
              "'model.model.0.weight' is missing; did you mean 'model.model.0.wieght'?")
          .hasMessageContaining("'model.model.1.model.6.running_var' is missing")
          .hasMessageContaining(
              "'model.model.0.wieght' belongs to no layer; did you mean 'model.model.0.weight'?")
          .hasMessageContaining("'optimizer.state.lr' belongs to no layer")
          .hasMessageContaining("'model.model.3.bias' must be [1], got [3]")
          .hasMessageContaining(
              "'model.model.1.model.1.weight' must be [16, 8, 4, 4], got [8, 16, 4, 4]");
      before.forEach(
          (name, values) -> assertThat(store.floats(name)).as(name).isEqualTo(values));
    }
  }

  /** The variables of the fixture's U-Net, known to the store. */
  private static List<Variable> declare(Fixture fixture, Store store) {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, GENERATOR);
    TrainingParityTest.unet(fixture.attributes("network"))
        .build(p, graph.input("x", fixture.shape("x")), Mode.EVAL);
    p.all().forEach(store::declare);
    return p.all();
  }

  private static Map<String, NamedArray> arrays(Fixture fixture, String prefix) {
    Map<String, NamedArray> arrays = new LinkedHashMap<>();
    for (String key : fixture.seededNames(prefix)) {
      Shape shape = fixture.shape(prefix + key);
      long[] dims = Arrays.stream(shape.dims()).asLongStream().toArray();
      arrays.put(key, NamedArray.of(key, dims, fixture.seeded(prefix + key)));
    }
    return arrays;
  }

  private static NamedArray array(String name, long... shape) {
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return NamedArray.of(name, shape, new float[count]);
  }

  private static Set<String> names(Path file) {
    try (var tensors = SafeTensors.read(file)) {
      return Set.copyOf(tensors.names());
    }
  }
}
