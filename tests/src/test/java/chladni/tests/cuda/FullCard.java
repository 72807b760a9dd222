package chladni.tests.cuda;

import chladni.cuda.OutOfDeviceMemoryException;
import chladni.engine.Engine;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import java.util.stream.IntStream;

/** In a process with a small card of its own: fills it, reads the refusal, closes and goes on. */
final class FullCard {
  private static final int MIB = 1 << 18; // elements

  private FullCard() {}

  public static void main(String[] arguments) {
    try (Engine engine = Engine.open("cuda");
        Store store = engine.newStore(1)) {
      Program large = program(engine, store, "large", 24);
      large.run();
      try (Program _ = program(engine, store, "more", 40)) {
        System.out.println("it fits");
      } catch (OutOfDeviceMemoryException e) {
        System.out.println(e.getMessage());
        System.out.println("usable " + e.engineUsable() + ", kept " + e.variablesKept());
      }
      System.out.println("open " + engine.openResources().size());
      large.run();
      System.out.println("large " + large.read("y")[0]);
      large.close();
      try (Program more = program(engine, store, "more", 40)) {
        more.run();
        System.out.println("more " + more.read("y")[0]);
      }
    }
  }

  /** y = sum of w squared, whose input and output take so many MiB each. */
  private static Program program(Engine engine, Store store, String name, int mib) {
    Graph g = new Graph();
    Variable w = Variable.state("w", Shape.of(8 * MIB), Initializers.constant(2));
    var x = g.input(name, Shape.of(mib, MIB));
    g.output("y", Ops.add(x, Ops.mean(g.read(w))));
    Program program = engine.compile(g, store);
    float[] ones = new float[mib * MIB];
    IntStream.range(0, ones.length).forEach(i -> ones[i] = 1);
    program.write(name, ones);
    return program;
  }
}
