package chladni.tests.cuda;

import static chladni.tests.cuda.RawCudnn.CONVOLUTION_MODE;
import static chladni.tests.cuda.RawCudnn.DATA_TYPE;
import static chladni.tests.cuda.RawCudnn.DESCRIPTOR;
import static chladni.tests.cuda.RawCudnn.FLOAT;
import static chladni.tests.cuda.RawCudnn.HEURISTIC_MODE;
import static chladni.tests.cuda.RawCudnn.INT64;
import static chladni.tests.cuda.RawCudnn.POINTER;
import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.tests.cuda.RawCudnn.Descriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Descriptors set wrongly are refused as cuDNN refuses them; numbers are those of its headers. */
final class CudnnMistakesTest {
  private static final int SUCCESS = 0;
  private static final int BAD_PARAM = 2000;
  private static final int NOT_SUPPORTED = 3000;
  private static final int EXECUTION_FAILED = 5000;

  private static final int CONVOLUTION = 1;
  private static final int HEURISTICS = 4;
  private static final int PLAN = 5;
  private static final int FORWARD = 10;
  private static final int GRAPH = 15;
  private static final int PACK = 16;
  private static final int TENSOR = 17;

  /** The mode of heuristics in which the stand-in names its exact engine. */
  private static final int FALLBACK = 2;

  private static final long WORKSPACE = 1024;

  private Engine engine;
  private RawCudnn cudnn;

  @BeforeEach
  void open() {
    engine = Engine.open("cuda");
    cudnn = new RawCudnn();
  }

  @AfterEach
  void close() {
    cudnn.close();
    engine.close();
  }

  @Test
  void anAttributeHasOneTypeAndCount() {
    Descriptor tensor = cudnn.make(TENSOR);
    assertThat(cudnn.set(tensor, 901, INT64, 0)).as("a data type as a number").isEqualTo(BAD_PARAM);
    assertThat(cudnn.set(tensor, 900, INT64, 16, 16)).as("two alignments").isEqualTo(BAD_PARAM);
    assertThat(cudnn.set(tensor, 902, INT64, 4, 4)).as("two axes").isEqualTo(BAD_PARAM);
    assertThat(cudnn.set(tensor, 106, INT64, 2)).as("of a convolution").isEqualTo(BAD_PARAM);
    assertThat(cudnn.set(tensor, 902, INT64, 1, 2, 4, 4)).isEqualTo(SUCCESS);
  }

  @Test
  void aDescriptorIsFinalizedOnceItIsWhole() {
    Descriptor tensor = cudnn.make(TENSOR);
    cudnn.set(tensor, 902, INT64, 1, 2, 4, 4);
    assertThat(cudnn.finish(tensor)).as("neither strides nor id").isEqualTo(BAD_PARAM);
    Descriptor whole = tensor(1, 1, 2, 4, 4);
    assertThat(cudnn.finish(whole)).as("finalized again").isEqualTo(BAD_PARAM);
    assertThat(cudnn.set(whole, 906, INT64, 7)).as("set after it").isEqualTo(BAD_PARAM);
  }

  @Test
  void stridesAreAsManyAsAxesAndAlignmentsPowersOfTwo() {
    Descriptor tensor = cudnn.make(TENSOR);
    begin(tensor, 1, 16, 1, 2, 4, 4);
    cudnn.set(tensor, 903, INT64, 16, 4, 1);
    assertThat(cudnn.finish(tensor)).isEqualTo(BAD_PARAM);
    Descriptor odd = cudnn.make(TENSOR);
    begin(odd, 1, 12, 1, 2, 4, 4);
    cudnn.set(odd, 903, INT64, 32, 16, 4, 1);
    assertThat(cudnn.finish(odd)).isEqualTo(BAD_PARAM);
  }

  @Test
  void paddingIsNotNegativeAndAWeightHasNoGaps() {
    Descriptor convolution = cudnn.make(CONVOLUTION);
    cudnn.set(convolution, 106, INT64, 2);
    cudnn.choose(convolution, 100, DATA_TYPE, Data.FLOAT.number);
    cudnn.choose(convolution, 101, CONVOLUTION_MODE, 1);
    for (int name : new int[] {102, 103, 105}) {
      cudnn.set(convolution, name, INT64, 1, 1);
    }
    cudnn.set(convolution, 104, INT64, 1, -1);
    assertThat(cudnn.finish(convolution)).isEqualTo(BAD_PARAM);
    Descriptor weight = cudnn.make(TENSOR);
    begin(weight, 3, 16, 3, 2, 3, 3);
    cudnn.set(weight, 903, INT64, 36, 18, 3, 1);
    assertThat(cudnn.finish(weight)).isEqualTo(SUCCESS);
    Descriptor operation =
        forward(tensor(1, 1, 2, 4, 4), weight, tensor(2, 1, 3, 4, 4), Data.FLOAT);
    assertThat(cudnn.finish(operation)).isEqualTo(BAD_PARAM);
  }

  @Test
  void whatAnOperationNamesIsFinalized() {
    Descriptor loose = cudnn.make(TENSOR);
    begin(loose, 1, 16, 1, 2, 4, 4);
    cudnn.set(loose, 903, INT64, 32, 16, 4, 1);
    Descriptor operation = forward(loose, tensor(2, 1, 3, 4, 4));
    assertThat(cudnn.finish(operation)).isEqualTo(BAD_PARAM);
  }

  @Test
  void extentsOfAConvolutionFitTogether() {
    Descriptor wrong = forward(tensor(1, 1, 2, 4, 4), tensor(2, 1, 3, 5, 4));
    cudnn.finish(wrong);
    assertThat(cudnn.finish(planOf(wrong))).isEqualTo(BAD_PARAM);
  }

  @Test
  void aVariantPackHasEveryTensorInDeviceMemoryAndTheWorkspace() {
    Descriptor operation = forward(tensor(1, 1, 2, 4, 4), tensor(2, 1, 3, 4, 4));
    cudnn.finish(operation);
    Descriptor plan = planOf(operation);
    assertThat(cudnn.finish(plan)).isEqualTo(SUCCESS);
    long x = cudnn.block(4 * 2 * 16);
    long y = cudnn.block(4 * 3 * 16);
    long w = cudnn.block(4 * 3 * 2 * 9);
    long workspace = cudnn.block(WORKSPACE);
    long[] all = {1, 2, 3};

    assertThat(run(plan, all, workspace, x, y, w)).isEqualTo(SUCCESS);
    assertThat(run(plan, new long[] {1, 2}, workspace, x, y)).as("no weight").isEqualTo(BAD_PARAM);
    assertThat(run(plan, new long[] {1, 2, 4}, workspace, x, y, w)).as("id 4").isEqualTo(BAD_PARAM);
    assertThat(run(plan, all, 0, x, y, w)).as("no workspace").isEqualTo(BAD_PARAM);
    assertThat(run(plan, all, cudnn.block(WORKSPACE - 4), x, y, w))
        .as("too small a workspace")
        .isEqualTo(BAD_PARAM);
    assertThat(run(plan, all, workspace, x + 4, y, w)).as("not aligned").isEqualTo(BAD_PARAM);
    assertThat(run(plan, all, workspace, x, x, w)).as("too small a block").isEqualTo(EXECUTION_FAILED);
    Descriptor uneven = cudnn.make(PACK);
    cudnn.set(uneven, 1000, INT64, all);
    cudnn.set(uneven, 1001, POINTER, x, y);
    cudnn.set(uneven, 1003, POINTER, workspace);
    assertThat(cudnn.finish(uneven)).as("fewer pointers than ids").isEqualTo(BAD_PARAM);
  }

  @Test
  void aPlanIsMadeAgainFromItsTextAsItIs() {
    Descriptor operation = forward(tensor(1, 1, 2, 4, 4), tensor(2, 1, 3, 4, 4));
    cudnn.finish(operation);
    Descriptor plan = planOf(operation);
    assertThat(cudnn.finish(plan)).isEqualTo(SUCCESS);
    String text = cudnn.text(plan);
    assertThat(text).startsWith("{\"cudnnVersion\":92400,");

    Descriptor again = again(text);
    assertThat(cudnn.finish(again)).isEqualTo(SUCCESS);
    assertThat(cudnn.text(again)).isEqualTo(text);
    long x = cudnn.block(4 * 2 * 16);
    long y = cudnn.block(4 * 3 * 16);
    long w = cudnn.block(4 * 3 * 2 * 9);
    assertThat(run(again, new long[] {1, 2, 3}, cudnn.block(WORKSPACE), x, y, w))
        .isEqualTo(SUCCESS);

    assertThat(cudnn.finish(again(text.replace("92400", "92300"))))
        .as("of another version")
        .isEqualTo(BAD_PARAM);
    assertThat(cudnn.finish(again(text.substring(0, text.length() - 1))))
        .as("cut")
        .isEqualTo(BAD_PARAM);
    assertThat(cudnn.finish(again(text.replace("[15,", "[ 15,")))).as("edited").isEqualTo(BAD_PARAM);
    Descriptor both = planOf(operation);
    cudnn.setText(both, text);
    assertThat(cudnn.finish(both)).as("a configuration and a text").isEqualTo(BAD_PARAM);
  }

  private Descriptor again(String text) {
    Descriptor plan = cudnn.make(PLAN);
    cudnn.setHandle(plan, 400);
    assertThat(cudnn.setText(plan, text)).isEqualTo(SUCCESS);
    return plan;
  }

  private int run(Descriptor plan, long[] ids, long workspace, long... pointers) {
    Descriptor pack = cudnn.make(PACK);
    cudnn.set(pack, 1000, INT64, ids);
    cudnn.set(pack, 1001, POINTER, pointers);
    cudnn.set(pack, 1003, POINTER, workspace);
    assertThat(cudnn.finish(pack)).isEqualTo(SUCCESS);
    return cudnn.execute(plan, pack);
  }

  /** Sums are in 32 bits, and so are results unless the operands are narrower. */
  @ParameterizedTest
  @CsvSource({
    "FLOAT, FLOAT, BF16, FLOAT",
    "FLOAT, BF16, FLOAT, FLOAT",
    "BF16, FLOAT, FLOAT, FLOAT",
    "FLOAT, FLOAT, FLOAT, BF16"
  })
  void typesOfAConvolutionFitTogether(Data x, Data w, Data y, Data sums) {
    Descriptor operation =
        forward(tensor(1, x, 1, 2, 4, 4), tensor(3, w, 3, 2, 3, 3), tensor(2, y, 1, 3, 4, 4), sums);
    cudnn.finish(operation);
    assertThat(cudnn.finish(planOf(operation))).isEqualTo(NOT_SUPPORTED);
  }

  @Test
  void channelsLieInnermostEverywhereOrNowhere() {
    Descriptor x = cudnn.make(TENSOR);
    begin(x, 1, 16, 1, 2, 4, 4);
    cudnn.set(x, 903, INT64, 32, 1, 8, 2);
    assertThat(cudnn.finish(x)).isEqualTo(SUCCESS);
    Descriptor operation = forward(x, tensor(2, 1, 3, 4, 4));
    cudnn.finish(operation);
    assertThat(cudnn.finish(planOf(operation))).isEqualTo(NOT_SUPPORTED);
  }

  private enum Data {
    FLOAT(0),
    BF16(9);

    private final int number;

    Data(int number) {
      this.number = number;
    }
  }

  private void begin(Descriptor tensor, long id, long alignment, long... dims) {
    begin(tensor, Data.FLOAT, id, alignment, dims);
  }

  private void begin(Descriptor tensor, Data type, long id, long alignment, long... dims) {
    cudnn.choose(tensor, 901, DATA_TYPE, type.number);
    cudnn.set(tensor, 902, INT64, dims);
    cudnn.set(tensor, 906, INT64, id);
    cudnn.set(tensor, 900, INT64, alignment);
  }

  /** A dense FP32 tensor, finalized. */
  private Descriptor tensor(long id, long n, long c, long h, long w) {
    return tensor(id, Data.FLOAT, n, c, h, w);
  }

  private Descriptor tensor(long id, Data type, long n, long c, long h, long w) {
    Descriptor tensor = cudnn.make(TENSOR);
    begin(tensor, type, id, 16, n, c, h, w);
    cudnn.set(tensor, 903, INT64, c * h * w, h * w, w, 1);
    assertThat(cudnn.finish(tensor)).isEqualTo(SUCCESS);
    return tensor;
  }

  /** A convolution by 3 x 3 with padding 1 from 2 to 3 channels, whose weight has id 3. */
  private Descriptor forward(Descriptor x, Descriptor y) {
    return forward(x, tensor(3, 3, 2, 3, 3), y, Data.FLOAT);
  }

  private Descriptor forward(Descriptor x, Descriptor w, Descriptor y, Data sums) {
    Descriptor convolution = cudnn.make(CONVOLUTION);
    cudnn.set(convolution, 106, INT64, 2);
    cudnn.choose(convolution, 100, DATA_TYPE, sums.number);
    cudnn.choose(convolution, 101, CONVOLUTION_MODE, 1);
    for (int name : new int[] {102, 103, 104, 105}) {
      cudnn.set(convolution, name, INT64, 1, 1);
    }
    assertThat(cudnn.finish(convolution)).isEqualTo(SUCCESS);
    Descriptor operation = cudnn.make(FORWARD);
    cudnn.choose(operation, 700, FLOAT, Float.floatToIntBits(1));
    cudnn.choose(operation, 701, FLOAT, 0);
    cudnn.refer(operation, 702, convolution);
    cudnn.refer(operation, 703, w);
    cudnn.refer(operation, 704, x);
    cudnn.refer(operation, 705, y);
    return operation;
  }

  /** Not finalized. */
  private Descriptor planOf(Descriptor operation) {
    Descriptor graph = cudnn.make(GRAPH);
    cudnn.setHandle(graph, 800);
    cudnn.set(graph, 801, DESCRIPTOR, operation.address());
    assertThat(cudnn.finish(graph)).isEqualTo(SUCCESS);
    Descriptor heuristics = cudnn.make(HEURISTICS);
    cudnn.refer(heuristics, 201, graph);
    cudnn.choose(heuristics, 200, HEURISTIC_MODE, FALLBACK);
    assertThat(cudnn.finish(heuristics)).isEqualTo(SUCCESS);
    Descriptor plan = cudnn.make(PLAN);
    cudnn.setHandle(plan, 400);
    cudnn.refer(plan, 401, cudnn.configuration(heuristics, 0));
    return plan;
  }
}
