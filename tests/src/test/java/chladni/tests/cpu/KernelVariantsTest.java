package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The host kernels of older instruction sets, each in a process that is told to use them. */
final class KernelVariantsTest {
  /** What a child process runs. */
  static final class Child {
    public static void main(String[] args) {
      System.out.print(
          String.join(
              "|",
              Backends.CPU.backend().description(),
              Double.toString(loss()),
              Double.toString(windows()),
              refusal()));
    }
  }

  private static String refusal() {
    try (Store store = Backends.CPU.newStore(1, Precision.BF16)) {
      return "a store in " + store.precision();
    } catch (PrecisionException e) {
      return e.getMessage();
    }
  }

  /** One number from every kernel over windows, gradients and their gradients included. */
  private static double windows() {
    int side = 17;
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 35, side, side));
    Node maxima = Ops.maxPool2d(x, 3, 2, Window.of(2, 1).withDilation(2, 1));
    Node resampled = Ops.resampleBilinear2d(Ops.tanh(maxima), 13, 20, true);
    Node means = Ops.avgPool2d(resampled, 3, 3, Window.of(1, 1), false);
    Node slope = Autodiff.gradients(Ops.mean(Ops.square(means)), List.of(x)).getFirst();
    Node loss = Ops.sum(Ops.square(slope));
    graph.output("y", Ops.sum(Ops.abs(Autodiff.gradients(loss, List.of(x)).getFirst())));
    try (Store store = Backends.CPU.newStore(1);
        Program program = Backends.CPU.compile(graph, store)) {
      program.write("x", TrainedNet.random(2 * 35 * side * side, 8));
      program.run();
      return program.scalar("y");
    }
  }

  private static double loss() {
    try (TrainedNet net = new TrainedNet(Backends.CPU.backend(), Precision.FP32)) {
      net.train();
      net.train();
      return net.train();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"baseline", "avx2"})
  void olderInstructionSetTrainsTheSameWayAndRefusesBf16(String isa)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true);
    builder.environment().put("CHLADNI_ISA", isa);
    Process process = builder.start();
    String[] output = new String(process.getInputStream().readAllBytes()).split("\\|");
    process.waitFor();
    assertThat(output[0]).contains(isa);
    assertThat(Double.parseDouble(output[1])).isCloseTo(loss(), within(1e-4));
    double windows = windows();
    assertThat(Double.parseDouble(output[2])).isCloseTo(windows, within(1e-4 * windows));
    assertThat(output[3])
        .contains("asked for BF16", "needs a processor with AVX512_BF16", "kernels " + isa)
        .endsWith("Use FP32.");
  }
}
