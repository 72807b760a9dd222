package chladni.tests.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Operands;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The engine leaves the process as it found it, and engines do not know each other. */
final class GoodGuestTest {
  /** A whole life of an engine; prints what has changed since before the engine's first class. */
  static final class Life {
    public static void main(String[] args) throws IOException {
      // The JDK sets actions of SIGCHLD and of a signal for channels when a program first asks for
      // the environment and reads a file.
      System.getenv();
      ProcessState.now();
      ProcessState before = ProcessState.now();
      ProcessState open;
      try (Engine engine = Engine.open("cpu", new BackendOptions(2));
          SmallGan gan = new SmallGan(engine)) {
        for (int i = 0; i < 3; i++) {
          gan.step();
        }
        open = ProcessState.now();
        if (openMpThreads() != Runtime.getRuntime().availableProcessors()) {
          System.out.println("OpenMP: the caller's number of threads became " + openMpThreads());
        }
      }
      before.differences(open).forEach(System.out::println);
      before.differences(ProcessState.now()).forEach(System.out::println);
      System.out.print("end");
    }

    /** How many threads a parallel region of the caller would have. */
    @SuppressWarnings("restricted")
    private static int openMpThreads() throws IOException {
      try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
        String gomp =
            maps.filter(line -> line.endsWith("/libgomp.so.1"))
                .map(line -> line.substring(line.indexOf('/')))
                .findFirst()
                .orElseThrow();
        return (int)
            Linker.nativeLinker()
                .downcallHandle(
                    SymbolLookup.libraryLookup(Path.of(gomp), Arena.global())
                        .findOrThrow("omp_get_max_threads"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT))
                .invoke();
      } catch (IOException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aLifeLeavesTheProcessAsItWasAndPrintsNothing() throws Exception {
    assertThat(new ChildJvm().run(Life.class)).isEqualTo("end");
  }

  /** Notes how the engine's own thread rounds while a program runs. */
  private record Rounding(AtomicReference<String> seen) implements CustomOp {
    @Override
    public TensorType infer(Operands in) {
      return in.elementwise(1);
    }

    @Override
    public void compute(List<Values> in, Result out) {
      try (Arena arena = Arena.ofConfined()) {
        seen.set(ProcessState.roundingMode(arena));
      }
      out.set(0, in.getFirst().get(0));
    }
  }

  @Test
  void theEnginesThreadRoundsAsEveryThread() {
    AtomicReference<String> seen = new AtomicReference<>();
    Graph graph = new Graph();
    graph.output(
        "y", Ops.exp(Ops.custom(new Rounding(seen), Ops.tanh(graph.input("x", Shape.of(1))))));
    try (Engine engine = Engine.open("cpu", new BackendOptions(1));
        Store store = engine.newStore(1);
        Program program = engine.compile(graph, store);
        Arena arena = Arena.ofConfined()) {
      program.write("x", new float[] {1});
      program.run();
      assertThat(seen.get()).isEqualTo(ProcessState.roundingMode(arena));
    }
  }

  private static List<Double> train(int threads) {
    List<Double> losses = new ArrayList<>();
    try (Engine engine = Engine.open("cpu", new BackendOptions(threads));
        SmallGan gan = new SmallGan(engine)) {
      for (int i = 0; i < 30; i++) {
        losses.add(gan.step());
      }
    }
    return losses;
  }

  @Test
  void twoEnginesAtOnceGiveTheBitsThatEachGivesAlone() throws Exception {
    List<Double> one = train(1);
    List<Double> two = train(2);
    try (ExecutorService both = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 2; i++) {
        Future<List<Double>> first = both.submit(() -> train(1));
        Future<List<Double>> second = both.submit(() -> train(2));
        assertThat(first.get()).isEqualTo(one);
        assertThat(second.get()).isEqualTo(two);
      }
    }
  }

  /** Prints how many threads an engine takes by itself, and how many the process then has for it. */
  static final class Threads {
    public static void main(String[] args) throws IOException {
      int before = workers();
      try (Engine engine = Engine.open("cpu", BackendOptions.DEFAULT);
          SmallGan gan = new SmallGan(engine)) {
        gan.step();
        System.out.print(engine.backend().threads() + " " + (workers() - before));
      }
    }

    /** Threads that the JVM did not start. */
    private static int workers() throws IOException {
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        return (int) tasks.filter(Threads::isOpenMps).count();
      }
    }

    /** A thread of OpenMP bears the name of the thread that started it. */
    private static boolean isOpenMps(Path task) {
      try {
        return Files.readString(task.resolve("comm")).startsWith("chladni-cpu");
      } catch (IOException e) {
        return false;
      }
    }
  }

  @Test
  void anEngineTakesTheProcessorsThatTheProcessMayUse() throws Exception {
    assertThat(new ChildJvm().option("-XX:ActiveProcessorCount=1").run(Threads.class))
        .isEqualTo("1 1");
    assertThat(new ChildJvm().option("-XX:ActiveProcessorCount=3").run(Threads.class))
        .isEqualTo("3 3");
    assertThat(new ChildJvm().under("taskset", "-c", "0").run(Threads.class)).isEqualTo("1 1");
  }
}
