package chladni.tests.packaging;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import chladni.engine.Engine;
import chladni.engine.GradCheck;
import chladni.engine.autodiff.Autodiff;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.CustomOpException;
import chladni.engine.backend.MissingBackendException;
import chladni.engine.backend.NativeException;
import chladni.engine.backend.Precision;
import chladni.engine.backend.PrecisionException;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.error.EngineException;
import chladni.engine.error.OutOfHostMemoryException;
import chladni.engine.error.PlanException;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.GradientException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.GraphException;
import chladni.engine.graph.Node;
import chladni.engine.graph.Operands;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.ShapeException;
import chladni.engine.graph.TensorType;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.io.BadFileException;
import chladni.engine.io.FileWriteException;
import chladni.engine.io.Weights;
import chladni.engine.nn.Initializers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each exception of the engine, brought about as users would, and then a training step on the same
 * engine, whose program was there before.
 */
final class ExceptionsTest {
  /** No graph is known that a kernel refuses: what it cannot do the planner never asks for. */
  private static final String UNREACHED = NativeException.class.getSimpleName();

  private static Engine engine;
  @TempDir private static Path folder;

  @BeforeAll
  static void open() {
    engine = Engine.open("cpu", new BackendOptions(1));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @FunctionalInterface
  private interface Mistake {
    void make(Store store) throws IOException;
  }

  private record Case(Class<? extends EngineException> type, String what, Mistake mistake) {
    @Override
    public String toString() {
      return type.getSimpleName() + ": " + what;
    }
  }

  private record Failing() implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      return in.elementwise(1);
    }

    @Override
    public void compute(List<Values> in, Result out) {
      throw new ArithmeticException("never");
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            ShapeException.class,
            "channels that do not fit",
            store -> {
              Graph g = new Graph();
              Node x = g.input("x", Shape.of(1, 3, 8, 8));
              Ops.conv2d(x, g.input("w", Shape.of(4, 2, 3, 3)), Window.of(1, 1));
            }),
        new Case(
            ShapeException.class,
            "more elements than an array of Java has",
            store -> Shape.of(1 << 16, 1 << 15)),
        new Case(
            GraphException.class,
            "a name that is taken",
            store -> {
              Graph g = new Graph();
              g.input("x", Shape.of(1));
              g.input("x", Shape.of(1));
            }),
        new Case(
            GraphException.class,
            "a node after compilation",
            store -> {
              Graph g = new Graph();
              Node x = g.output("y", Ops.neg(g.input("x", Shape.of(1))));
              try (Program _ = engine.compile(g, store)) {
                Ops.neg(x);
              }
            }),
        new Case(
            GradientException.class,
            "a loss that is no scalar",
            store -> {
              Node x = new Graph().input("x", Shape.of(2));
              Autodiff.gradients(Ops.square(x), List.of(x));
            }),
        new Case(
            GradientException.class,
            "a derivative with a kink",
            store ->
                GradCheck.of(g -> Ops.sum(Ops.abs(g.input("x", Shape.of(1)))))
                    .input("x", 1e-7)
                    .run()
                    .orThrow()),
        new Case(
            PlanException.class,
            "more axes than a kernel has",
            store -> {
              Graph g = new Graph();
              Node x = g.input("x", Shape.of(2, 3, 2, 3, 2, 3, 2, 3));
              g.output("y", Ops.transpose(x, 7, 5, 3, 1, 6, 4, 2, 0));
              engine.compile(g, store);
            }),
        new Case(
            MissingBackendException.class,
            "a device that does not exist",
            store -> Engine.open("abacus")),
        new Case(
            PrecisionException.class,
            "FP64 on the CPU",
            store -> engine.newStore(1, Precision.FP64)),
        new Case(
            ProgramException.class,
            "a run without input",
            store -> {
              Graph g = new Graph();
              g.output("y", Ops.neg(g.input("x", Shape.of(1))));
              try (Program program = engine.compile(g, store)) {
                program.run();
              }
            }),
        new Case(
            ProgramException.class, "a variable that is not there", store -> store.floats("ghost")),
        new Case(
            OutOfHostMemoryException.class,
            "inputs that no address space holds",
            store -> {
              Graph g = new Graph();
              for (long bytes = 0; bytes < 1L << 47; bytes += 4L * Integer.MAX_VALUE) {
                g.input("x" + bytes, Shape.of(Integer.MAX_VALUE));
              }
              engine.compile(g, store);
            }),
        new Case(
            CustomOpException.class,
            "a body that throws",
            store -> {
              Graph g = new Graph();
              g.output("y", Ops.custom(new Failing(), g.input("x", Shape.of(1))));
              try (Program program = engine.compile(g, store)) {
                program.write("x", new float[1]);
                program.run();
              }
            }),
        new Case(
            BadFileException.class,
            "text where weights should be",
            store -> Weights.load(Files.writeString(folder.resolve("text"), "not weights"), store)),
        new Case(
            FileWriteException.class,
            "a folder that is not there",
            store -> Weights.save(folder.resolve("nowhere").resolve("w.safetensors"), store)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theEngineGoesOnAndVariablesAreKeptWhereItSaysSo(Case wrong) {
    Graph graph = new Graph();
    Variable weight = Variable.trainable("w", Shape.of(3), Initializers.constant(1));
    graph.output("loss", Ops.sum(graph.assign(weight, Ops.scale(graph.read(weight), 2))));
    try (Store store = engine.newStore(1);
        Program step = engine.compile(graph, store)) {
      step.run();
      EngineException e =
          catchThrowableOfType(wrong.type(), () -> wrong.mistake().make(store));
      assertThat(e).isNotNull();
      assertThat(e.getMessage()).as("subject, rule, values, next move").hasSizeGreaterThan(30);
      assertThat(e.engineUsable()).isTrue();
      assertThat(e.variablesKept()).isEqualTo(!(e instanceof CustomOpException));
      assertThat(store.floats("w")).containsExactly(2, 2, 2);
      step.run();
      assertThat(step.scalar("loss")).isEqualTo(12);
    }
  }

  /** A step that assigns and breaks off: the program goes on once its variables are set again. */
  @Test
  void aStepThatBrokeOffCanBeMadeAgainAfterItsVariablesAreSet() {
    record FailsOnce(boolean[] armed) implements CustomOp {
      @Override
      public TensorType infer(Operands in) {
        return in.elementwise(1);
      }

      @Override
      public void compute(List<Values> in, Result out) {
        if (armed[0]) {
          armed[0] = false;
          throw new ArithmeticException("once");
        }
        out.set(0, in.getFirst().get(0));
      }
    }
    boolean[] armed = {true};
    Graph graph = new Graph();
    Variable a = Variable.state("a", Shape.of(1), Initializers.zeros());
    Node next = graph.assign(a, Ops.shift(graph.read(a), 1));
    graph.output("y", Ops.custom(new FailsOnce(armed), next));
    try (Store store = engine.newStore(1);
        Program step = engine.compile(graph, store)) {
      CustomOpException e = catchThrowableOfType(CustomOpException.class, step::run);
      assertThat(e).hasCauseInstanceOf(ArithmeticException.class);
      assertThat(e.variablesKept()).isFalse();
      store.set("a", new float[] {5});
      step.run();
      assertThat(step.scalar("y")).isEqualTo(6);
      assertThat(store.floats("a")).containsExactly(6);
    }
  }

  @Test
  void everyExceptionIsBroughtAboutHereAndExplainedOnTheEnginesPage() throws IOException {
    String below = " < " + EngineException.class.getName().replace('.', '/');
    Set<String> all =
        PublicApi.ofEngine().stream()
            .filter(line -> line.endsWith(below))
            .map(line -> line.substring(0, line.indexOf(' ')))
            .map(name -> name.substring(name.lastIndexOf('.') + 1))
            .collect(toSet());
    assertThat(all).hasSizeGreaterThan(10);
    assertThat(cases().map(c -> c.type().getSimpleName()).collect(toSet()))
        .isEqualTo(all.stream().filter(name -> !name.equals(UNREACHED)).collect(toSet()));
    List<String> page = Files.readAllLines(Path.of("..", "java", "engine", "README.md"));
    assertThat(all)
        .allSatisfy(name -> assertThat(page).anyMatch(line -> line.startsWith("| `" + name + "` |")));
  }
}
