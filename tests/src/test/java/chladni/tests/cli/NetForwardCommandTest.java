package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Shape;
import chladni.engine.io.DiskType;
import chladni.engine.io.NamedArray;
import chladni.engine.io.Npy;
import chladni.engine.io.NpyArray;
import chladni.engine.io.SafeTensors;
import chladni.engine.io.SafeTensorsFile;
import chladni.engine.io.Weights;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.UNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetForwardCommandTest {
  private static final String UNET =
      "net forward --net unet128 --weights @g.safetensors --input @x.npy --output @y.npy"
          + " --device reference ";

  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void weights() {
    bench = new Workbench(folder);
    bench.generator("g.safetensors", 1, 3);
  }

  @Test
  void anyWidthAndAnyChannelsAreTakenFromTheWeights() {
    NpyArray x = bench.array("x.npy", 2, 1, 128, 1);
    assertThat(bench.run(UNET)).as(bench.err()).isZero();
    NpyArray y = Npy.read(bench.path("y.npy"));
    assertThat(y.shape()).containsExactly(2, 3, 128, 128);
    assertThat(y.values()).containsExactly(direct(x, Precision.FP32));
    assertThat(bench.err()).contains("device reference: asked for");
  }

  @Test
  void batchesBeyondOneChunkGiveWhatSingleItemsGive() {
    NpyArray x = bench.array("x.npy", 17, 1, 128, 2);
    assertThat(bench.run(UNET)).as(bench.err()).isZero();
    float[] all = Npy.read(bench.path("y.npy")).values();
    int in = 128 * 128;
    float[] last = Arrays.copyOfRange(x.values(), 16 * in, 17 * in);
    Npy.write(bench.path("x.npy"), new NpyArray(new long[] {1, 1, 128, 128}, last));
    assertThat(bench.run(UNET)).isZero();
    assertThat(Npy.read(bench.path("y.npy")).values())
        .containsExactly(Arrays.copyOfRange(all, 16 * 3 * in, 17 * 3 * in));
  }

  @Test
  void thePatchGanTakesPicturesOfAnySide() {
    bench.discriminator("d.safetensors", 4);
    bench.array("x.npy", 1, 4, 96, 3);
    String patchGan =
        "net forward --net patchgan --weights @d.safetensors --input @x.npy --output @y.npy"
            + " --device reference ";
    assertThat(bench.run(patchGan)).as(bench.err()).isZero();
    assertThat(Npy.read(bench.path("y.npy")).shape()).containsExactly(1, 1, 10, 10);
    assertThat(bench.run(patchGan + "--in-channels 1 --out-channels 3")).isZero();
    assertThat(bench.run(patchGan + "--in-channels 4 --out-channels 1")).isZero();
    assertThat(bench.run(patchGan + "--in-channels 3")).isEqualTo(1);
    assertThat(bench.error()).contains("'model.0.weight' must be [2, 3, 4, 4], got [2, 4, 4, 4]. Check with which net");
    bench.array("x.npy", 1, 3, 96, 3);
    assertThat(bench.run(patchGan)).isEqualTo(1);
    assertThat(bench.error()).contains("patchgan takes (N, 4, H, W), got [1, 3, 96, 96]");
  }

  @Test
  void aWrongShapeIsOneSentenceAndLeavesTheOldResult() throws IOException {
    Files.writeString(bench.path("y.npy"), "before");
    bench.array("x.npy", 1, 3, 128, 4);
    refused(UNET, "x.npy: unet128 takes (N, 1, 128, 128), got [1, 3, 128, 128]. Check --net");
    bench.array("x.npy", 1, 1, 64, 4);
    refused(UNET, "got [1, 1, 64, 64]");
    Npy.write(bench.path("x.npy"), new NpyArray(new long[] {128, 128}, new float[128 * 128]));
    refused(UNET, "got [128, 128]");
    Npy.write(bench.path("x.npy"), new NpyArray(new long[] {0, 1, 128, 128}, new float[0]));
    refused(UNET, "got [0, 1, 128, 128]");
    assertThat(bench.path("y.npy")).hasContent("before");
  }

  @Test
  void keysThatDoNotFitAreAllNamedWithTheirNearest() {
    bench.array("x.npy", 1, 1, 128, 5);
    rewrite(name -> name.equals("model.model.3.bias") ? "model.model.3.bais" : name);
    refused(
        UNET,
        "'model.model.3.bias' is missing; did you mean 'model.model.3.bais'?",
        "'model.model.3.bais' belongs to no layer; did you mean 'model.model.3.bias'?");
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() {
    bench.array("x.npy", 1, 1, 128, 6);
    refused(
        UNET.replace("unet128", "patchgan"),
        "'model.0.weight' is missing",
        "'model.model.0.weight' belongs to no layer");
    refused(UNET + "--in-channels 2", "'model.model.0.weight' must be [2, 2, 4, 4], got [2, 1, 4, 4]");
  }

  @Test
  void truncatedFilesAreRefused() throws IOException {
    bench.array("x.npy", 1, 1, 128, 7);
    byte[] whole = Files.readAllBytes(bench.path("x.npy"));
    Files.write(bench.path("x.npy"), Arrays.copyOf(whole, whole.length - 5));
    refused(UNET, "x.npy");
    Files.write(bench.path("x.npy"), whole);
    byte[] weights = Files.readAllBytes(bench.path("g.safetensors"));
    Files.write(bench.path("g.safetensors"), Arrays.copyOf(weights, weights.length / 2));
    refused(UNET, "g.safetensors");
    Files.delete(bench.path("g.safetensors"));
    refused(UNET, "g.safetensors: there is no such file");
  }

  @Test
  void aBackendIsNeverReplaced() {
    bench.array("x.npy", 1, 1, 128, 8);
    refused(UNET.replace("reference", "cpu") + "--precision tf32", "cpu: it computes in");
    assertThat(bench.path("y.npy")).doesNotExist();
  }

  @Test
  void precisionReachesTheBackend() {
    NpyArray x = bench.array("x.npy", 2, 1, 128, 9);
    assertThat(bench.run(UNET + "--precision bf16")).as(bench.err()).isZero();
    assertThat(Npy.read(bench.path("y.npy")).values())
        .containsExactly(direct(x, Precision.BF16))
        .isNotEqualTo(direct(x, Precision.FP32));
  }

  private void refused(String command, String... parts) {
    assertThat(bench.run(command)).isEqualTo(1);
    assertThat(bench.error()).startsWith("chladni net forward: ").contains(parts);
    assertThat(bench.err()).doesNotContain("defect");
  }

  private void rewrite(UnaryOperator<String> rename) {
    List<NamedArray> arrays = new ArrayList<>();
    try (SafeTensorsFile file = SafeTensors.read(bench.path("g.safetensors"))) {
      for (String name : file.names()) {
        arrays.add(
            file.type(name) == DiskType.I32
                ? NamedArray.of(rename.apply(name), file.shape(name), file.ints(name))
                : NamedArray.of(rename.apply(name), file.shape(name), file.floats(name)));
      }
    }
    SafeTensors.write(bench.path("g.safetensors"), arrays, Map.of());
  }

  private float[] direct(NpyArray x, Precision precision) {
    UNet net = new UNet(128, 1, 3, 2, 0.5);
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    graph.output("y", net.build(p, graph.input("x", Shape.of(2, 1, 128, 128)), Mode.EVAL));
    try (Engine engine = Engine.open("reference", BackendOptions.DEFAULT);
        Store store = engine.backend().newStore(0, precision);
        Program program = engine.backend().compile(graph, store, precision)) {
      Weights.load(bench.path("g.safetensors"), store, p.all(), "");
      program.write("x", x.values());
      program.run();
      return program.read("y");
    }
  }
}
