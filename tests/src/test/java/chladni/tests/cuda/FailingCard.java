package chladni.tests.cuda;

import chladni.engine.Engine;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.error.EngineException;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;

/**
 * In a process of its own: a program whose third run ends the context, and what works after it. With
 * an argument, runs are queued and nobody waits for them.
 */
final class FailingCard {
  private FailingCard() {}

  public static void main(String[] arguments) {
    Graph g = new Graph();
    Variable w = Variable.state("w", Shape.of(1, 3), Initializers.constant(1));
    try (Graph.Scope _ = g.scope("head")) {
      g.output("y", Ops.logSoftmax(Ops.add(g.read(w), g.input("x", Shape.of(1, 3))), 1));
    }
    try (Engine engine = Engine.open("cuda");
        Store store = engine.newStore(1);
        Program program = engine.compile(g, store)) {
      program.write("x", new float[] {1, 2, 3});
      program.run();
      program.run();
      Runnable run = arguments.length == 0 ? program::run : program::start;
      say("run", run);
      say("run again", run);
      say("read a variable", () -> store.floats("w"));
      say("compile", () -> engine.compile(new Graph(), store));
      say("open another", () -> Engine.open("cuda").close());
    }
    System.out.println("closed");
  }

  private static void say(String what, Runnable work) {
    try {
      work.run();
      System.out.println(what + ": works");
    } catch (EngineException e) {
      System.out.printf(
          "%s: usable %b, kept %b: %s%n",
          what, e.engineUsable(), e.variablesKept(), e.getMessage());
    }
  }
}
