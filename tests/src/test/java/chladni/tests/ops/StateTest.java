package chladni.tests.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a program does to variables, on every backend. */
final class StateTest {
  private static final Variable WEIGHT =
      Variable.trainable("weight", Shape.of(33), Initializers.constant(1));
  private static final Variable COUNTER = Variable.counter("counter");

  static List<Backends.Target> backends() {
    return Backends.all();
  }

  private static Store store(Backends.Target target) {
    return target.backend().newStore(5, target.precision());
  }

  private static Program compile(Backends.Target target, Graph graph, Store store) {
    return target.backend().compile(graph, store, target.precision());
  }

  @ParameterizedTest
  @MethodSource("backends")
  void readsBeforeAnAssignmentKeepTheOldVersion(Backends.Target target) {
    Graph graph = new Graph();
    Node old = graph.read(WEIGHT);
    Node next = graph.assign(WEIGHT, Ops.scale(old, 2));
    Node last = graph.assign(WEIGHT, Ops.shift(graph.read(WEIGHT), 1));
    // Created after both assignments, it still reads the version it was given.
    graph.output("old", Ops.shift(old, 0.5));
    graph.output("next", Ops.shift(next, 0.5));
    graph.output("last", Ops.shift(last, 0.5));
    try (Store store = store(target);
        Program program = compile(target, graph, store)) {
      double weight = 1;
      for (int run = 0; run < 3; run++) {
        program.run();
        assertThat(program.read("old")).containsOnly((float) (weight + 0.5));
        assertThat(program.read("next")).containsOnly((float) (2 * weight + 0.5));
        weight = 2 * weight + 1;
        assertThat(program.read("last")).containsOnly((float) (weight + 0.5));
        assertThat(store.floats("weight")).hasSize(33).containsOnly((float) weight);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void twoVariablesMayBeExchanged(Backends.Target target) {
    Variable other = Variable.state("other", Shape.of(33), Initializers.constant(7));
    Graph graph = new Graph();
    Node a = graph.read(WEIGHT);
    Node b = graph.read(other);
    graph.assign(WEIGHT, b);
    graph.assign(other, a);
    try (Store store = store(target);
        Program program = compile(target, graph, store)) {
      program.run();
      assertThat(store.floats("weight")).containsOnly(7);
      assertThat(store.floats("other")).containsOnly(1);
      program.run();
      assertThat(store.floats("weight")).containsOnly(1);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void threeVariablesMayRotateAndCountersChangePlaces(Backends.Target target) {
    Graph graph = new Graph();
    List<Variable> ring = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ring.add(Variable.state("ring" + i, Shape.of(2, 3), Initializers.constant(i)));
    }
    List<Node> old = ring.stream().map(graph::read).toList();
    for (int i = 0; i < 3; i++) {
      graph.assign(ring.get(i), old.get((i + 1) % 3));
    }
    Variable first = Variable.counter("first");
    Variable second = Variable.counter("second");
    Node one = graph.read(first);
    Node two = graph.read(second);
    graph.assign(first, two);
    graph.assign(second, Ops.increment(one));
    try (Store store = store(target);
        Program program = compile(target, graph, store)) {
      store.set("first", new int[] {10});
      store.set("second", new int[] {20});
      program.run();
      for (int i = 0; i < 3; i++) {
        assertThat(store.floats("ring" + i)).containsOnly((i + 1) % 3);
      }
      assertThat(store.ints("first")).containsExactly(20);
      assertThat(store.ints("second")).containsExactly(11);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void variablesMayChangePlacesUnderOtherShapes(Backends.Target target) {
    Variable tall = Variable.state("tall", Shape.of(3, 2), Initializers.constant(1));
    Variable wide = Variable.state("wide", Shape.of(2, 3), Initializers.constant(2));
    Graph graph = new Graph();
    Node a = graph.read(tall);
    Node b = graph.read(wide);
    graph.assign(tall, Ops.reshape(b, tall.shape()));
    graph.assign(wide, Ops.transpose(a));
    try (Store store = store(target);
        Program program = compile(target, graph, store)) {
      store.set("tall", new float[] {1, 2, 3, 4, 5, 6});
      program.run();
      assertThat(store.floats("tall")).containsOnly(2);
      assertThat(store.floats("wide")).containsExactly(1, 3, 5, 2, 4, 6);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void anAssignedInputIsACopy(Backends.Target target) {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(33));
    graph.assign(WEIGHT, x);
    try (Store store = store(target);
        Program program = compile(target, graph, store)) {
      float[] values = new float[33];
      program.write("x", values);
      program.run();
      values[3] = 9;
      program.write("x", values);
      assertThat(store.floats("weight")).containsOnly(0);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void programsShareVariablesByName(Backends.Target target) {
    Graph training = new Graph();
    training.assign(WEIGHT, Ops.shift(training.read(WEIGHT), 1));
    training.assign(COUNTER, Ops.increment(training.read(COUNTER)));
    Graph inference = new Graph();
    inference.output("y", Ops.scale(inference.read(WEIGHT), 10));
    inference.output("steps", Ops.increment(inference.read(COUNTER)));
    try (Store store = store(target);
        Program step = compile(target, training, store);
        Program look = compile(target, inference, store)) {
      step.run();
      step.run();
      look.run();
      assertThat(look.read("y")).containsOnly(30);
      assertThat(look.readInts("steps")).containsExactly(3);
      assertThat(store.ints("counter")).containsExactly(2);
      float[] set = new float[33];
      store.set("weight", set);
      store.set("counter", new int[] {-5});
      look.run();
      assertThat(look.read("y")).containsOnly(0);
      assertThat(look.readInts("steps")).containsExactly(-4);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void firstValuesComeFromTheSeedAlone(Backends.Target target) {
    Variable random = Variable.trainable("random", Shape.of(3, 7), Initializers.normal(0, 1));
    try (Store store = store(target);
        Store same = store(target);
        Store other = target.backend().newStore(6, target.precision())) {
      List.of(store, same, other).forEach(s -> s.declare(random));
      float[] expected = random.initializer().values("random", random.shape(), 5);
      assertThat(store.floats("random")).isEqualTo(expected).isEqualTo(same.floats("random"));
      assertThat(other.floats("random")).isNotEqualTo(expected);
      assertThat(store.variables()).containsExactly(random);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aStoreRefusesAnotherTypeUnderOneName(Backends.Target target) {
    try (Store store = store(target)) {
      store.declare(WEIGHT);
      assertThatThrownBy(
              () -> store.declare(Variable.state("weight", Shape.of(3), Initializers.zeros())))
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("weight")
          .hasMessageContaining("(33)")
          .hasMessageContaining("(3)");
      assertThatThrownBy(() -> store.set("weight", new float[3]))
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("weight");
      assertThatThrownBy(() -> store.floats("wieght")).isInstanceOf(ProgramException.class);
      assertThatThrownBy(() -> store.ints("weight")).isInstanceOf(ProgramException.class);
    }
  }
}
