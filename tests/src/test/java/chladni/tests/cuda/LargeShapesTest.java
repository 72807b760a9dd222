package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.Engine;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels on tensors of more than 2^31 elements, of which they touch a few: a file with a hole,
 * mapped, that the stand-in driver takes for device memory.
 */
final class LargeShapesTest {
  /** Its square is the least above 2^31. */
  private static final int SIDE = 46_341;

  private static final long LAST = (long) SIDE * SIDE - 1;

  @TempDir Path folder;

  private final Arena arena = Arena.ofShared();
  private final CUmodule module = new CUmodule();
  private Engine engine;
  private MemorySegment large;

  @BeforeEach
  void map() throws IOException {
    engine = Engine.open("cuda");
    check(JCudaDriver.cuModuleLoadData(module, new byte[1]));
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("hole"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      large = file.map(FileChannel.MapMode.READ_WRITE, 0, (LAST + 1) * Float.BYTES, arena);
    }
    // A picture's corners.
    set(0, 1);
    set(SIDE - 1, 2);
    set(LAST - SIDE + 1, 3);
    set(LAST, 4);
  }

  @AfterEach
  void unmap() {
    check(JCudaDriver.cuModuleUnload(module));
    arena.close();
    engine.close();
  }

  private void set(long i, float value) {
    large.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
  }

  private MemorySegment floats(float... values) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private MemorySegment ints(int... values) {
    return arena.allocateFrom(ValueLayout.JAVA_INT, values);
  }

  /** One block of {@code threads}; what it leaves in {@code dst}. */
  private float[] run(String kernel, int threads, MemorySegment dst, Object... arguments) {
    CUfunction function = new CUfunction();
    check(JCudaDriver.cuModuleGetFunction(function, module, kernel));
    Pointer[] values = Arrays.stream(arguments).map(LargeShapesTest::value).toArray(Pointer[]::new);
    check(
        JCudaDriver.cuLaunchKernel(
            function, 1, 1, 1, threads, 1, 1, 0, null, Pointer.to(values), null));
    check(JCudaDriver.cuCtxSynchronize());
    return dst.toArray(ValueLayout.JAVA_FLOAT);
  }

  private static Pointer value(Object argument) {
    return switch (argument) {
      case MemorySegment at -> Pointer.to(new long[] {at.address()});
      case Long number -> Pointer.to(new long[] {number});
      case Integer number -> Pointer.to(new int[] {number});
      case Float number -> Pointer.to(new float[] {number});
      case int[] struct -> Pointer.to(struct);
      case long[] struct -> Pointer.to(struct);
      case ByteBuffer struct -> Pointer.to(struct.array());
      default -> throw new IllegalArgumentException(argument.toString());
    };
  }

  private static void check(int status) {
    assertThat(CUresult.stringFor(status)).isEqualTo("CUDA_SUCCESS");
  }

  /** Rows of 4 elements; the last whole one is row 2^29 + some. */
  @ParameterizedTest
  @ValueSource(strings = {"gather", "gather_along"})
  void rowsAreFoundByTheirIndex(String kernel) {
    int row = (int) (LAST / 4) - 1;
    for (int i = 0; i < 4; i++) {
      set(4L * row + i, 5 + i);
    }
    MemorySegment dst = floats(new float[4]);
    assertThat(
            run(
                kernel, 128, dst, large, ints(row, row, row, row), dst, 1L, row + 1L, 4L, 1L, -1f))
        .containsExactly(5, 6, 7, 8);
  }

  /** A window of 2 x 2 whose dilation is the picture. */
  private static int[] pool() {
    return new int[] {1, 1, SIDE, SIDE, 1, 1, 2, 2, 1, 1, 0, 0, SIDE - 1, SIDE - 1, 1};
  }

  @Test
  void theLargestCornerIsTaken() {
    MemorySegment dst = floats(0);
    assertThat(run("max_pool", 128, dst, large, dst, pool())).containsExactly(4);
    assertThat(run("max_pool_pick", 128, dst, large, large, dst, pool())).containsExactly(4);
  }

  private static int[] convolution() {
    int far = SIDE - 1;
    return new int[] {1, 1, SIDE, SIDE, 1, 1, 1, 2, 2, 1, 1, 1, far, far, 0, 0, 0, 0, 0};
  }

  @Test
  void cornersAreMultiplied() {
    MemorySegment dst = floats(0);
    MemorySegment weight = floats(1, 10, 100, 1000);
    assertThat(run("conv_forward", 128, dst, convolution(), large, dst, weight))
        .containsExactly(4321);
    MemorySegment gradient = floats(new float[4]);
    assertThat(run("conv_weight", 128, gradient, convolution(), large, floats(2), gradient))
        .containsExactly(2, 4, 6, 8);
  }

  /** Half of the last row's first and last pixel. */
  @Test
  void cornersAreResampled() {
    long[] rows = taps(ints(0, 1), ints(SIDE - 1), floats(1));
    long[] columns = taps(ints(0, 2), ints(0, SIDE - 1), floats(.5f, .5f));
    MemorySegment dst = floats(0);
    assertThat(
            run("separable", 128, dst, large, dst, 1L, 1, SIDE, SIDE, 1, 1, rows, columns))
        .containsExactly(3.5f);
  }

  private static long[] taps(MemorySegment from, MemorySegment at, MemorySegment weight) {
    return new long[] {from.address(), at.address(), weight.address()};
  }

  @ParameterizedTest
  @CsvSource({"input, 1", "output, 1073741824"})
  void whatIsTooLargeForTheHostIsRefusedBeforeMemoryIsTaken(String what, int repeats) {
    Shape whole = Shape.of(1 << 30);
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of((1 << 30) / repeats));
    Node y = repeats > 1 ? Ops.broadcast(x, whole) : Ops.sum(x);
    graph.output("y", y);
    try (Store store = engine.newStore(1)) {
      assertThatThrownBy(() -> engine.compile(graph, store))
          .isInstanceOf(ProgramException.class)
          .hasMessageContainingAll(what + " '", "less than 2 GiB", "4294967296 bytes");
    }
  }

  /** {@code struct Fused} of one axis with two points, a load apart by all of the tensor. */
  private ByteBuffer firstAndLast(int kept, MemorySegment dst) {
    ByteBuffer f = ByteBuffer.allocate(24 + 6 * 24 + 16 * 64 + 48 * 16 + 8 * 64);
    f.order(ByteOrder.nativeOrder());
    f.putInt(1).putInt(kept).putInt(1).putInt(0).putInt(1).putInt(0);
    for (int axis = 0; axis < 6; axis++) {
      f.putLong(axis == 0 ? 2 : 1).putLong(axis == 0 ? 2 : 1).putInt(0).putInt(0);
    }
    f.putLong(large.address()).putFloat(0).putInt(0).putLong(LAST);
    f.position(24 + 6 * 24 + 16 * 64 + 48 * 16);
    f.putLong(dst.address()).putInt(0).putShort((short) 0).putShort((short) 0);
    return f.putLong(kept);
  }

  @Test
  void fusedKernelsReachFromTheFirstElementToTheLast() {
    MemorySegment dst = floats(0, 0);
    assertThat(run("fused_wide", 128, dst, firstAndLast(1, dst))).containsExactly(1, 4);
  }

  @Test
  void reductionsReachFromTheFirstElementToTheLast() {
    MemorySegment dst = floats(0);
    // One kept point, two terms, a sum, one lane for kept points.
    ByteBuffer division = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
    division.putLong(1).putLong(2).putInt(0).putInt(1).putInt(1).putInt(0);
    assertThat(run("reduce_wide", 128, dst, firstAndLast(0, dst), division, 0L, 0L))
        .containsExactly(5);
  }
}
