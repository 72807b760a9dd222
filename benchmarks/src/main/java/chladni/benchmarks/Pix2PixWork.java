package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Pix2Pix;

/**
 * U-Net-128 1 to 3 and PatchGAN, at full width unless told otherwise: inference or the whole pix2pix
 * step, with inputs copied in and the picture or the losses read out. A run allocates nothing.
 */
public final class Pix2PixWork implements AutoCloseable {
  /** Of pix2pix: what the goals are of. */
  public static final int WIDTH = 64;

  private static final int SIDE = 128;

  private final Pix2Pix training;
  private final Store store;
  private final Program program;
  private final float[] source;
  private final float[] target;

  private Pix2PixWork(Pix2Pix training, Store store, Program program, int batch) {
    this.training = training;
    this.store = store;
    this.program = program;
    this.source = Values.of((long) batch * SIDE * SIDE, 1);
    this.target = Values.of((long) batch * 3 * SIDE * SIDE, 2);
  }

  static Pix2PixWork step(Engine engine, int batch, Precision precision, boolean dropout) {
    return step(engine, WIDTH, batch, precision, dropout);
  }

  /**
   * @param width channels of both outermost layers
   */
  public static Pix2PixWork step(
      Engine engine, int width, int batch, Precision precision, boolean dropout) {
    Pix2Pix.Options options =
        Pix2Pix.Options.of(generator(width), new PatchGan(width, 3), batch, 1).withDropout(dropout);
    Pix2Pix training = new Pix2Pix(engine.backend(), options, precision);
    training.program().write("lr", new float[] {2e-4f});
    return new Pix2PixWork(training, null, training.program(), batch);
  }

  private static UNet generator(int width) {
    return new UNet(SIDE, 1, 3, width, 0.5);
  }

  static Pix2PixWork inference(Engine engine, int batch, Precision precision) {
    return inference(engine, WIDTH, batch, precision);
  }

  /**
   * @param width channels of the outermost layer
   */
  public static Pix2PixWork inference(Engine engine, int width, int batch, Precision precision) {
    Graph graph = new Graph();
    Node x = graph.input("source", Shape.of(batch, 1, SIDE, SIDE));
    graph.output("picture", generator(width).build(new Parameters(graph, ""), x, Mode.EVAL));
    Store store = engine.backend().newStore(1, precision);
    Program program = engine.backend().compile(graph, store, precision);
    return new Pix2PixWork(null, store, program, batch);
  }

  /** Once, without waiting for it where a device computes. */
  public void start() {
    program.write("source", source);
    if (training != null) {
      program.write("target", target);
    }
    program.start();
  }

  /** Once; the value keeps the work from being thought dead. */
  public double run() {
    program.write("source", source);
    if (training == null) {
      program.run();
      program.read("picture", target);
      return target[0];
    }
    program.write("target", target);
    program.run();
    double sum = 0;
    for (int i = 0; i < Pix2Pix.LOSSES.size(); i++) {
      sum += program.scalar(Pix2Pix.LOSSES.get(i));
    }
    return sum;
  }

  /** Of a step; null for inference. */
  public Pix2Pix training() {
    return training;
  }

  float[] source() {
    return source;
  }

  float[] target() {
    return target;
  }

  public Program program() {
    return program;
  }

  @Override
  public void close() {
    if (training != null) {
      training.close();
    } else {
      program.close();
      store.close();
    }
  }
}
