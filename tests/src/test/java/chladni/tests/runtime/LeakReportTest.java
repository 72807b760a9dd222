package chladni.tests.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.OpenResource;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever does not close is told so, with the line that opened. */
final class LeakReportTest {
  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

  @AutoClose private final Listening log = new Listening("chladni.engine", this::hear);

  private void hear(LogRecord record) {
    assertThat(record.getLevel()).isEqualTo(Level.WARNING);
    // Other classes that ran in this process may have lost things too.
    if (record.getMessage().contains("opened at " + name())) {
      warnings.add(record.getMessage());
    }
  }

  private static Engine open(String device) {
    return Engine.open(device, new BackendOptions(1));
  }

  private static Program compile(Engine engine, Store store) {
    Graph graph = new Graph();
    Variable w = Variable.state("w", Shape.of(4, 256, 256), Initializers.constant(2));
    graph.output("y", Ops.sum(Ops.mul(graph.read(w), graph.input("x", Shape.SCALAR))));
    return engine.compile(graph, store);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference", "cuda"})
  void closingOverOpenThingsFreesAndReportsEach(String device) {
    Engine engine = open(device);
    Store store = engine.newStore(31);
    Program program = compile(engine, store);
    program.write("x", new float[] {3});
    assertThat(engine.openResources().stream().map(OpenResource::what))
        .containsExactly(device + " engine", "store with seed 31", "program with outputs [y]");
    assertThat(engine.openResources())
        .allSatisfy(r -> assertThat(r.openedAt().getClassName()).isEqualTo(name()));
    engine.close();
    assertThat(warnings).hasSize(2);
    assertThat(warnings.getFirst())
        .startsWith("program with outputs [y], opened at ")
        .contains(name() + ".compile(LeakReportTest.java:")
        .contains("still open while its engine closes");
    assertThat(warnings.getLast())
        .startsWith("store with seed 31, opened at ")
        .contains(name() + ".closingOverOpenThings");
    assertThat(engine.openResources()).isEmpty();
    assertThatThrownBy(program::run)
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> store.floats("w")).isInstanceOf(ProgramException.class);
    assertThatThrownBy(() -> engine.newStore(1)).isInstanceOf(ProgramException.class);
    program.close();
    store.close();
    engine.close();
    assertThat(warnings).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference", "cuda"})
  void whoClosesIsNotReported(String device) {
    try (Engine engine = open(device);
        Store store = engine.newStore(1)) {
      try (Program program = compile(engine, store)) {
        assertThat(engine.openResources()).hasSize(3);
        program.write("x", new float[] {1});
        program.run();
      }
      assertThat(engine.openResources()).hasSize(2);
    }
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference", "cuda"})
  void whatIsOutOfReachIsReportedAndFreed(String device) {
    try (Engine engine = open(device)) {
      WeakReference<Program> lost = loseAProgramAndItsStore(engine);
      awaitCollection(() -> warnings.size() == 2);
      assertThat(lost.get()).isNull();
      assertThat(warnings)
          .anySatisfy(
              w ->
                  assertThat(w)
                      .startsWith("program with outputs [y], opened at " + name() + ".compile")
                      .contains("never closed and is out of reach"))
          .anySatisfy(
              w ->
                  assertThat(w)
                      .startsWith("store with seed 5, opened at " + name() + ".loseAProgram"));
      assertThat(engine.openResources()).hasSize(1);
    }
    assertThat(warnings).hasSize(2);
  }

  private static WeakReference<Program> loseAProgramAndItsStore(Engine engine) {
    Store store = engine.newStore(5);
    Program program = compile(engine, store);
    program.write("x", new float[] {3});
    program.run();
    return new WeakReference<>(program);
  }

  /** A program whose engine and store nobody holds any more is in use, not lost. */
  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference", "cuda"})
  void aProgramKeepsItsEngineAndStore(String device) {
    Program program = programOfALostEngine(device);
    for (int i = 0; i < 5; i++) {
      System.gc();
      program.run();
      assertThat(program.scalar("y")).isEqualTo(2 * 3 * 4 * 256 * 256);
    }
    assertThat(warnings).isEmpty();
    program.close();
    program = null;
    awaitCollection(() -> warnings.size() == 2);
    assertThat(warnings).anyMatch(w -> w.startsWith("store with seed 9"));
    assertThat(warnings)
        .anyMatch(w -> w.startsWith(device + " engine, opened at " + name() + ".open"));
  }

  private static Program programOfALostEngine(String device) {
    Engine engine = open(device);
    Program program = compile(engine, engine.newStore(9));
    program.write("x", new float[] {3});
    return program;
  }

  @Test
  void lostEnginesGiveTheirThreadsBack() {
    long before = engineThreads();
    for (int i = 0; i < 3; i++) {
      loseAProgramAndItsStore(open("cpu"));
    }
    assertThat(engineThreads()).isEqualTo(before + 3);
    awaitCollection(() -> engineThreads() == before);
    assertThat(engineThreads()).isEqualTo(before);
    assertThat(warnings).hasSize(9);
  }

  private static long engineThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals("chladni-cpu"))
        .count();
  }

  private static void awaitCollection(BooleanSupplier done) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!done.getAsBoolean() && System.nanoTime() < end) {
      System.gc();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String name() {
    return LeakReportTest.class.getName();
  }
}
