package org.example;

import chladni.engine.Engine;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.loss.Losses;
import chladni.engine.nn.Layers;
import chladni.engine.nn.Parameters;
import chladni.engine.optim.Adam;

/** Learns the sine from 64 points, then answers for one number at a time. */
public final class Sine {
  private static final int POINTS = 64;

  private Sine() {}

  /** x (N, 1) to (N, 1). */
  private static Node net(Parameters p, Node x) {
    return Layers.linear(p, "out", Ops.tanh(Layers.linear(p, "hidden", x, 32)), 1);
  }

  public static void main(String[] args) {
    float[] xs = new float[POINTS];
    float[] ys = new float[POINTS];
    for (int i = 0; i < POINTS; i++) {
      xs[i] = (float) ((2.0 * i / (POINTS - 1) - 1) * Math.PI);
      ys[i] = (float) Math.sin(xs[i]);
    }

    Graph training = new Graph();
    Parameters parameters = new Parameters(training);
    Node guess = net(parameters, training.input("x", Shape.of(POINTS, 1)));
    Node truth = training.input("y", Shape.of(POINTS, 1));
    Node loss = training.output("loss", Losses.mse(guess, truth));
    Adam.standard("adam").minimize(loss, training.constant(0.01), parameters.trainable());

    Graph inference = new Graph();
    inference.output("y", net(new Parameters(inference), inference.input("x", Shape.of(1, 1))));

    try (Engine engine = Engine.open();
        Store store = engine.newStore(1);
        Program step = engine.compile(training, store);
        Program sine = engine.compile(inference, store)) {
      System.out.println("backend " + engine.choice());
      System.out.println("machine " + engine.description());
      step.write("x", xs);
      step.write("y", ys);
      for (int i = 0; i < 1000; i++) {
        step.run();
        if (i % 333 == 0) {
          System.out.println("loss " + step.scalar("loss"));
        }
      }
      sine.write("x", new float[] {1});
      sine.run();
      System.out.println("sine " + sine.scalar("y"));
    }
  }
}
