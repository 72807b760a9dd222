package chladni.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.Engine;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import chladni.tests.runtime.ChildJvm;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Runs that nobody waits for. The stand-in does nothing before somebody does: a block that is
 * written too early or a result that is read too early shows every time.
 */
final class QueuedRunsTest {
  private static final int RUNS = 9;
  private static final int N = 5;

  private final Variable state = Variable.state("state", Shape.of(N), Initializers.zeros());

  @AutoClose private final Engine engine = Engine.open("cuda");

  /** {@code state = state / 2 + x}, and y = state before that. */
  private Program halving(Engine on, Store store) {
    Graph g = new Graph();
    Node before = g.read(state);
    g.assign(state, Ops.add(Ops.scale(before, 0.5), g.input("x", Shape.of(N))));
    g.output("y", before);
    return on.compile(g, store);
  }

  private static float[] input(int run) {
    float[] x = new float[N];
    for (int i = 0; i < N; i++) {
      x[i] = 10 * run + i;
    }
    return x;
  }

  /** What y is in the last run. */
  private static float[] expected() {
    float[] state = new float[N];
    for (int run = 0; run < RUNS - 1; run++) {
      float[] x = input(run);
      for (int i = 0; i < N; i++) {
        state[i] = state[i] / 2 + x[i];
      }
    }
    return state;
  }

  private static void startAll(Program program) {
    for (int run = 0; run < RUNS; run++) {
      program.write("x", input(run));
      program.start();
    }
  }

  @Test
  void eachRunTakesTheInputsThatWereWrittenBeforeIt() {
    try (Store store = engine.newStore(1);
        Program program = halving(engine, store)) {
      startAll(program);
      assertThat(program.isRunning()).isTrue();
      assertThat(program.read("y")).isEqualTo(expected());
      assertThat(program.isRunning()).isFalse();
    }
  }

  @Test
  void aVariableIsReadWhenTheRunsAreDone() {
    try (Store store = engine.newStore(1);
        Program program = halving(engine, store)) {
      startAll(program);
      float[] last = input(RUNS - 1);
      float[] before = expected();
      float[] now = store.floats("state");
      for (int i = 0; i < N; i++) {
        assertThat(now[i]).isEqualTo(before[i] / 2 + last[i]);
      }
    }
  }

  @Test
  void aVariableThatIsSetIsSetBehindThem() {
    try (Store store = engine.newStore(1);
        Program program = halving(engine, store)) {
      startAll(program);
      store.set("state", new float[N]);
      program.write("x", new float[N]);
      program.run();
      assertThat(program.read("y")).containsOnly(0);
      assertThat(store.floats("state")).containsOnly(0);
    }
  }

  @Test
  void anInputThatIsNotWrittenAgainKeepsItsValue() {
    try (Store store = engine.newStore(1);
        Program program = halving(engine, store)) {
      program.write("x", input(1));
      for (int run = 0; run < RUNS; run++) {
        program.start();
      }
      program.await();
      float[] state = new float[N];
      for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < N; i++) {
          state[i] = state[i] / 2 + input(1)[i];
        }
      }
      assertThat(store.floats("state")).isEqualTo(state);
    }
  }

  @Test
  void theLastOfTwoValuesBeforeARunCounts() {
    try (Store store = engine.newStore(1);
        Program program = halving(engine, store)) {
      program.write("x", input(1));
      program.start();
      program.write("x", input(2));
      program.write("x", input(3));
      program.start();
      program.start();
      float[] y = program.read("y");
      for (int i = 0; i < N; i++) {
        assertThat(y[i]).isEqualTo(input(1)[i] / 2 + input(3)[i]);
      }
    }
  }

  @Test
  void aProgramThatIsClosedMeanwhileHasRun() {
    try (Store store = engine.newStore(1)) {
      Program program = halving(engine, store);
      startAll(program);
      program.close();
      float[] last = input(RUNS - 1);
      assertThat(store.floats("state")[1]).isEqualTo(expected()[1] / 2 + last[1]);
    }
  }

  /** The second program needs the weight row-major, so the first is bound anew. */
  @Test
  void inputsOutliveABindingThatAnotherProgramReplaces() {
    Variable weight = Variable.trainable("weight", Shape.of(2, 2, 2, 2), Initializers.ones());
    Graph first = new Graph();
    first.output(
        "y", Ops.conv2d(first.input("x", Shape.of(1, 2, 2, 2)), first.read(weight), Window.of(1, 0)));
    Graph second = new Graph();
    second.output("w", Ops.reshape(second.read(weight), Shape.of(16)));
    try (Store store = engine.newStore(1);
        Program convolution = engine.compile(first, store)) {
      convolution.write("x", new float[] {1, 2, 3, 4, 5, 6, 7, 8});
      convolution.start();
      try (Program other = engine.compile(second, store)) {
        other.start();
        convolution.start();
        assertThat(convolution.read("y")).containsOnly(36);
        assertThat(other.read("w")).containsOnly(1);
      }
    }
  }

  @Test
  void onTheHostARunIsDoneWhenItWasStarted() {
    for (String device : new String[] {"cpu", "reference"}) {
      try (Engine host = Engine.open(device);
          Store store = host.newStore(1);
          Program program = halving(host, store)) {
        startAll(program);
        assertThat(program.isRunning()).isFalse();
        assertThat(program.read("y")).isEqualTo(expected());
      }
    }
  }

  @Test
  void whoWaitsForARunThatFailedIsToldWhoseItWas() throws Exception {
    String output =
        new ChildJvm()
            .with("SOFTGPU_FAIL", "log_softmax:3")
            .run(FailingCard.class, "start");
    assertThat(output.lines())
        .anyMatch(line -> line.startsWith("run: works"))
        .anyMatch(
            line ->
                line.startsWith(
                    "read a variable: usable false, kept false: program with outputs [y]: cuda: "));
  }
}
