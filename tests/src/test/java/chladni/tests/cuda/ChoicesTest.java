package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.cuda.CudaProvider;
import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import chladni.tests.runtime.Listening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How a convolution was chosen to run, kept on the disk and handed from run to run. Of the
 * stand-in's cuDNN, engine 4 is the first that FP32 may take, and its knob 13 decides its last bits.
 */
final class ChoicesTest {
  private static final String FIRST = "cudnn 4[2=0 13=0]";
  private static final String OTHER = "cudnn 4[2=0 13=1]";
  private static final int CHANNELS = 16;
  private static final int SIDE = 16;

  @TempDir private Path folder;

  /** Of the programs of the backend that was opened last. */
  private final SortedMap<String, String> choices = new TreeMap<>();

  private final List<String> tunings = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  @AutoClose private final Listening log = new Listening("chladni.cuda", this::hear);

  private void hear(LogRecord record) {
    String text = new SimpleFormatter().formatMessage(record);
    if (record.getLevel() == Level.WARNING) {
      warnings.add(text);
    } else if (text.startsWith("tuned ")) {
      tunings.add(text);
    }
  }

  /** A process of its own, as far as choices go. */
  private Backend open(boolean tune) {
    choices.clear();
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("CHLADNI_CACHE", folder.resolve("cache").toString());
    return new CudaProvider(Path.of("/"), environment)
        .open(BackendOptions.DEFAULT.withTune(tune));
  }

  private static Graph convolution(int side) {
    Graph graph = new Graph();
    Shape shape = Shape.of(CHANNELS, CHANNELS, 3, 3);
    Node w = graph.read(Variable.trainable("w", shape, Initializers.normal(0, 1)));
    Node x = graph.input("x", Shape.of(1, CHANNELS, side, side));
    graph.output("y", Ops.conv2d(x, w, Window.of(1, 1)));
    return graph;
  }

  /** What it computes, in bits. */
  private float[] run(Backend backend, Precision precision, int side) {
    float[] x = new float[CHANNELS * side * side];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i);
    }
    try (Store store = backend.newStore(1, precision);
        Program program = backend.compile(convolution(side), store, precision)) {
      program.write("x", x);
      program.run();
      assertThat(program.listing().steps())
          .extracting(Listing.Step::implementation)
          .anyMatch(i -> program.choices().values().stream().anyMatch(c -> isBy(i, c)));
      choices.putAll(program.choices());
      return program.read("y");
    }
  }

  private static boolean isBy(String implementation, String choice) {
    return implementation.startsWith(choice.replace("cudnn ", "cudnn engine "))
        || choice.equals("tiled") && implementation.startsWith("conv_tile")
        || choice.equals("direct") && implementation.startsWith("conv_forward");
  }

  /** A transposed convolution by stride 2, which every way can do, with sums and more behind it. */
  private static Graph transposed() {
    Graph graph = new Graph();
    Shape shape = Shape.of(CHANNELS, CHANNELS, 4, 4);
    Node w = graph.read(Variable.trainable("w", shape, Initializers.normal(0, 1)));
    Node x = graph.input("x", Shape.of(1, CHANNELS, 3, 3));
    Node y = Ops.tanh(Ops.convTranspose2d(x, w, Window.of(2, 1)));
    graph.output("y", Ops.sub(y, Ops.channelBroadcast(Ops.channelSum(y, 1), y.shape())));
    return graph;
  }

  private void runTransposed(Backend backend) {
    try (Store store = backend.newStore(1, Precision.BF16);
        Program program = backend.compile(transposed(), store, Precision.BF16)) {
      program.write("x", new float[CHANNELS * 3 * 3]);
      program.run();
      choices.putAll(program.choices());
    }
  }

  private float[] run(Backend backend) {
    return run(backend, Precision.FP32, SIDE);
  }

  /** The one file that there is. */
  private Path file() throws IOException {
    List<Path> files = files();
    assertThat(files).hasSize(1);
    return files.getFirst();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache/choices"))) {
      return files.toList();
    }
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Another process has kept another choice. */
  private void keep(boolean tuned, String choice, String plan) throws IOException {
    String problem = Files.readString(file()).split("\n")[2];
    String body = String.join("\n", problem, tuned ? "tuned" : "first", choice, plan);
    Files.writeString(file(), "chladni choice 1\n" + sha256(body) + "\n" + body);
  }

  @Test
  void theFirstIsTakenAndKeptWhereNobodyTunes() throws IOException {
    try (Backend backend = open(false)) {
      run(backend);
      assertThat(choices).hasSize(1).containsValue(FIRST);
      assertThat(Files.readString(file())).contains("\nfirst\n" + FIRST + "\n{\"cudnnVersion\"");
    }
    assertThat(tunings).isEmpty();
    assertThat(warnings).isEmpty();
  }

  @Test
  void whatIsTunedIsTimedOnceAndServesThoseWhoDoNotTune() throws IOException {
    SortedMap<String, String> tuned;
    float[] y;
    try (Backend backend = open(true)) {
      y = run(backend);
      tuned = new TreeMap<>(choices);
      run(backend);
    }
    assertThat(tunings)
        .singleElement()
        .asString()
        .contains(FIRST + " ", OTHER + " ", "tiled ", "direct ", " ms");
    assertThat(Files.readString(file())).contains("\ntuned\n" + tuned.firstEntry().getValue());
    for (boolean tune : List.of(true, false)) {
      try (Backend backend = open(tune)) {
        assertThat(run(backend)).isEqualTo(y);
        assertThat(choices).isEqualTo(tuned);
      }
    }
    assertThat(tunings).hasSize(1);
  }

  @Test
  void whoTunesDoesNotTakeTheFirstThatWasKept() throws IOException {
    try (Backend backend = open(false)) {
      run(backend);
    }
    try (Backend backend = open(true)) {
      run(backend);
    }
    assertThat(tunings).hasSize(1);
    assertThat(Files.readString(file())).contains("\ntuned\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsKeptIsTakenThoughItIsNotTheFirst(boolean tuned) throws IOException {
    float[] first;
    try (Backend backend = open(false)) {
      first = run(backend);
    }
    keep(tuned, OTHER, "");
    for (int i = 0; i < 2; i++) {
      try (Backend backend = open(false)) {
        assertThat(run(backend)).isNotEqualTo(first);
        assertThat(choices).containsValue(OTHER);
      }
      // The plan that was not there is kept beside its name.
      assertThat(Files.readString(file())).contains(OTHER + "\n{\"cudnnVersion\"");
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void aPlanThatCudnnDoesNotTakeIsMadeAgain() throws IOException {
    try (Backend backend = open(false)) {
      run(backend);
    }
    String good = Files.readString(file());
    keep(false, FIRST, "{\"cudnnVersion\":1}");
    try (Backend backend = open(false)) {
      run(backend);
      assertThat(choices).containsValue(FIRST);
    }
    assertThat(file()).hasContent(good);
  }

  @Test
  void aChoiceThatIsNoneHereIsReplacedWithAWarning() throws IOException {
    try (Backend backend = open(false)) {
      run(backend);
    }
    keep(true, "cudnn 99", "");
    try (Backend backend = open(false)) {
      run(backend);
      assertThat(choices).containsValue(FIRST);
    }
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("'cudnn 99' was chosen before and cannot be had now");
    assertThat(Files.readString(file())).contains(FIRST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"damaged", "cut", "foreign", "binary", "of another problem"})
  void aFileThatIsNoneIsNamedAndReplaced(String what) throws IOException {
    try (Backend backend = open(false)) {
      run(backend);
    }
    Path file = file();
    String good = Files.readString(file);
    switch (what) {
      case "damaged" -> Files.writeString(file, good.replace("13=0", "13=1"));
      case "cut" -> Files.writeString(file, good.substring(0, 100));
      case "foreign" -> Files.writeString(file, "Dear diary");
      case "binary" -> Files.write(file, new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
      default -> {
        String body = "another problem\nfirst\n" + FIRST + "\n";
        Files.writeString(file, "chladni choice 1\n" + sha256(body) + "\n" + body);
      }
    }
    try (Backend backend = open(false)) {
      run(backend);
      assertThat(choices).containsValue(FIRST);
    }
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith(file + ": not used: ")
        .contains("chosen anew and the file replaced");
    assertThat(file).hasContent(good);
  }

  @Test
  void aFolderThatCannotBeWrittenIsSaidOnceAndCostsNothingElse() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file where the folder should be");
    try (Backend backend = open(false)) {
      run(backend, Precision.FP32, SIDE);
      run(backend, Precision.FP32, SIDE + 1);
      assertThat(choices).hasSize(2);
    }
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("choices cannot be kept")
        .contains("CHLADNI_CACHE");
  }

  @Test
  void aProblemIsOfOneCardOneCudnnOnePrecisionAndOneShape() throws IOException {
    try (Backend backend = open(false)) {
      run(backend, Precision.FP32, SIDE);
      assertThat(choices.firstKey())
          .isEqualTo(
              "softgpu (no GPU: kernels run on the host), compute capability 9.0, cuDNN 92400,"
                  + " FP32: forward of (1,16,16,16) SINGLE channels last,"
                  + " (1,16,16,16) SINGLE channels last, (16,16,3,3) SINGLE channels last,"
                  + " " + Window.of(1, 1) + ", 1 groups");
      run(backend, Precision.TF32, SIDE);
      run(backend, Precision.FP32, SIDE + 1);
      assertThat(choices).hasSize(3);
    }
    assertThat(files()).hasSize(3);
  }

  @Test
  void whatIsAdoptedWinsAndStaysTheRuns() throws IOException {
    String problem;
    try (Backend backend = open(true)) {
      run(backend);
      problem = choices.firstKey();
    }
    keep(true, FIRST, "");
    String kept = Files.readString(file());
    try (Backend backend = open(true)) {
      backend.adopt(Map.of(problem, OTHER));
      run(backend);
      assertThat(choices).containsExactly(Map.entry(problem, OTHER));
      backend.adopt(Map.of(problem, "direct"));
      run(backend);
      assertThat(choices).containsExactly(Map.entry(problem, "direct"));
    }
    assertThat(tunings).hasSize(1);
    assertThat(file()).hasContent(kept);
    assertThat(warnings).isEmpty();
  }

  @Test
  void whatWasTriedCanBeHadAgainByItsNameAndByItsPlan() throws IOException {
    String problem;
    try (Backend backend = open(true)) {
      runTransposed(backend);
      problem = choices.firstKey();
    }
    List<String> tried =
        Pattern.compile("[\\[ ]([a-z+]+( [^ ]+\\[[^,]*)?) [0-9.]+ ms")
            .matcher(tunings.getFirst().split(" of \\[", 2)[1].replaceFirst("^", "["))
            .results()
            .map(m -> m.group(1))
            .toList();
    assertThat(tried.stream().map(name -> name.split(" ")[0]).distinct())
        .containsExactlyInAnyOrder(
            "cudnn+epilogue", "cudnn", "cudnn+widen", "cudnn+sums", "parity", "tiled", "direct");
    for (String name : tried) {
      try (Backend backend = open(false)) {
        backend.adopt(Map.of(problem, name));
        runTransposed(backend);
        assertThat(choices).containsExactly(Map.entry(problem, name));
      }
      keep(true, name, "");
      for (int i = 0; i < 2; i++) {
        try (Backend backend = open(false)) {
          runTransposed(backend);
          assertThat(choices).containsExactly(Map.entry(problem, name));
        }
      }
      assertThat(Files.readString(file()).contains(name + "\n{\"cudnnVersion\""))
          .isEqualTo(name.contains(" "));
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void whatCannotBeAdoptedIsAWarningAndNotAmongTheChoices() {
    try (Backend backend = open(false)) {
      run(backend);
      String problem = choices.firstKey();
      backend.adopt(Map.of(problem, "cudnn 4[2=7 13=0]", "of another machine", "tiled"));
      run(backend);
      assertThat(choices).containsExactly(Map.entry(problem, FIRST));
    }
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("conv2d", "'cudnn 4[2=7 13=0]' was chosen before and cannot be had now")
        .contains("not bit for bit");
  }
}
