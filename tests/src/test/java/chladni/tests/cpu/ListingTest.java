package chladni.tests.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.backend.Listing;
import chladni.engine.backend.Listing.Kind;
import chladni.engine.backend.Listing.Place;
import chladni.engine.backend.Listing.Step;
import chladni.engine.backend.Listing.Tensor;
import chladni.engine.backend.Listing.Where;
import chladni.engine.backend.Listing.Work;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a program says of itself, against what can be counted by hand. */
final class ListingTest {
  private static Listing training() {
    try (TrainedNet net = new TrainedNet(Backends.CPU.backend(), Precision.FP32)) {
      return net.training().listing();
    }
  }

  @Test
  void resultsLieInsideTheArenaAndAreAligned() {
    Listing listing = training();
    long end = 0;
    for (Step step : listing.steps()) {
      for (Tensor t : step.writes()) {
        if (t.place().where() == Where.ARENA) {
          assertThat(t.place().offset() % 64).as(t.toString()).isZero();
          end = Math.max(end, t.place().offset() + t.bytes());
        }
      }
    }
    assertThat(listing.memory().arena()).isBetween(end, end + 63);
  }

  @Test
  void memoryIsTheSumOfWhatTheStepsName() {
    Listing listing = training();
    Set<Place> seen = new HashSet<>();
    long[] bytes = new long[Where.values().length];
    for (Step step : listing.steps()) {
      for (List<Tensor> side : List.of(step.reads(), step.writes())) {
        for (Tensor t : side) {
          if (step.kind() != Kind.VERSION && seen.add(t.place())) {
            // Blocks are whole cache lines.
            bytes[t.place().where().ordinal()] += Math.ceilDiv(t.bytes(), 64L) * 64;
          }
        }
      }
    }
    Listing.Memory memory = listing.memory();
    assertThat(memory.variables()).isEqualTo(bytes[Where.VARIABLE.ordinal()]);
    assertThat(memory.copies()).isEqualTo(bytes[Where.COPY.ordinal()]);
    assertThat(memory.inputs()).isEqualTo(bytes[Where.INPUT.ordinal()]);
    assertThat(memory.outputs()).isEqualTo(bytes[Where.OUTPUT.ordinal()]);
    assertThat(memory.total())
        .isEqualTo(
            memory.arena()
                + memory.scratch()
                + memory.variables()
                + memory.copies()
                + memory.inputs()
                + memory.outputs());
  }

  @Test
  void everyNodeThatATrainingStepNeedsIsNamedWithItsScope() {
    Listing listing = training();
    assertThat(listing.steps())
        .filteredOn(s -> s.kind() == Kind.PRODUCT)
        .allMatch(s -> s.label().contains("'"))
        .allMatch(s -> !s.implementation().isBlank());
    assertThat(listing.steps())
        .filteredOn(s -> s.kind() == Kind.ELEMENTWISE)
        .isNotEmpty()
        .allMatch(s -> !s.nodes().isEmpty() && s.implementation().startsWith("elementwise "));
    assertThat(listing.toString().lines())
        .as("a line for each step but the counting ones, a head and three totals")
        .hasSize(
            4 + (int) listing.steps().stream().filter(s -> s.kind() != Kind.VERSION).count());
  }

  @Test
  void workIsCountedAsTheConventionSays() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(2, 3, 8, 8));
    Node w =
        graph.read(
            Variable.trainable("w", Shape.of(5, 3, 4, 4), Initializers.normal(0, 1)));
    Node y = Ops.leakyRelu(Ops.conv2d(x, w, Window.of(2, 1)), 0.2);
    graph.output("y", y);
    graph.output("sum", Ops.sum(Ops.exp(Ops.add(y, Ops.square(y)))));
    try (Store store = Backends.CPU.newStore(1);
        Program program = Backends.CPU.compile(graph, store)) {
      Listing listing = program.listing();
      long products = 2L * 2 * 5 * 4 * 4 * 3 * 4 * 4;
      long points = 2 * 5 * 4 * 4;
      Work work = listing.work();
      assertThat(work.products()).isEqualTo(products);
      // leakyRelu; square, add, exp and the sum.
      assertThat(work.others()).isEqualTo(points + 4 * points);
      Step sum = listing.steps().stream().filter(s -> s.kind() == Kind.REDUCTION).findFirst().get();
      assertThat(sum.work()).isEqualTo(new Work(0, 4 * points, 4 * points, 4));
    }
  }

  @Test
  void aVariableThatChangesIsPackedAtEveryRunAndAnotherOnlyOnce() {
    try (TrainedNet net = new TrainedNet(Backends.CPU.backend(), Precision.FP32)) {
      Listing inference = net.inference().listing();
      Work packing =
          inference.steps().stream()
              .filter(s -> s.kind() == Kind.PACK)
              .map(Step::work)
              .reduce(Work.NONE, Work::plus);
      Work all = inference.steps().stream().map(Step::work).reduce(Work.NONE, Work::plus);
      assertThat(packing.written()).isPositive();
      assertThat(inference.work().plus(packing)).isEqualTo(all);
      Listing training = net.training().listing();
      assertThat(training.work())
          .isEqualTo(training.steps().stream().map(Step::work).reduce(Work.NONE, Work::plus));
    }
  }

  @Test
  void theReferenceListsItsNodes() {
    Graph graph = new Graph();
    Node x = graph.input("x", Shape.of(4, 3));
    Node y = graph.input("y", Shape.of(3, 2));
    graph.output("z", Ops.exp(Ops.matmul(x, y)));
    try (Store store = Backends.REFERENCE.newStore(1);
        Program program = Backends.REFERENCE.compile(graph, store)) {
      Listing listing = program.listing();
      assertThat(listing.steps()).extracting(Step::kind).containsExactly(Kind.PRODUCT, Kind.OPERATION);
      assertThat(listing.work()).isEqualTo(new Work(2 * 4 * 3 * 2, 8, 8 * (18 + 8), 8 * 16));
      assertThat(listing.memory()).isEqualTo(new Listing.Memory(64, 0, 0, 0, 8 * 18, 64));
    }
  }
}
