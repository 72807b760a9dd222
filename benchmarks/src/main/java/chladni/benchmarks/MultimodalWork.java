package chladni.benchmarks;

import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.sound2image.network.Multimodal;
import chladni.sound2image.network.Recipe;
import chladni.sound2image.training.MultimodalTraining;
import chladni.sound2image.training.SimpleTraining;

/** A step of the multimodal layers with inputs copied in and the loss read out. */
public final class MultimodalWork implements AutoCloseable {
  private static final int CLASSES = 16;

  private final SimpleTraining training;
  private final float[] image;
  private final float[] sound;
  private final int[] labels;

  private MultimodalWork(SimpleTraining training, Multimodal network, int batch) {
    this.training = training;
    training.program().write("lr", new float[] {1e-4f});
    image = Values.of((long) batch * network.imageFeatures(), 1);
    sound = Values.of((long) batch * network.soundFeatures(), 2);
    labels = new int[batch];
    for (int i = 0; i < batch; i++) {
      labels[i] = i % CLASSES;
    }
  }

  /** The demo's: 4096 features of a picture and those of its sounds to 4096 hidden ones. */
  public static MultimodalWork of(Engine engine, int batch, Precision precision) {
    return of(engine, Recipe.SMALL.multimodal(CLASSES), batch, precision);
  }

  /** So few features that a machine without a card can do it. */
  public static MultimodalWork tiny(Engine engine, int batch, Precision precision) {
    return of(engine, new Multimodal(32, 16, 32, CLASSES), batch, precision);
  }

  private static MultimodalWork of(
      Engine engine, Multimodal network, int batch, Precision precision) {
    SimpleTraining training =
        MultimodalTraining.of(
            engine.backend(), network, Multimodal.Weights.DEFAULT, batch, 1, precision);
    return new MultimodalWork(training, network, batch);
  }

  /** Once; the loss. */
  public double run() {
    Program program = training.program();
    program.write("image", image);
    program.write("sound", sound);
    program.write("labels", labels);
    program.run();
    return program.scalar("loss");
  }

  public Program program() {
    return training.program();
  }

  @Override
  public void close() {
    training.close();
  }
}
