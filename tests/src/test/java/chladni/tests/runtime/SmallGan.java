package chladni.tests.runtime;

import chladni.engine.Engine;
import chladni.engine.backend.Program;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Pix2Pix;
import java.util.SplittableRandom;

/** A whole GAN step on pictures of 16 x 16: every kind of native step in some milliseconds. */
final class SmallGan implements AutoCloseable {
  private static final int BATCH = 2;
  private static final int SIZE = 16;

  private final Pix2Pix training;
  private final float[] source = random(BATCH * SIZE * SIZE, 1);
  private final float[] target = random(BATCH * 3 * SIZE * SIZE, 2);
  private final float[] lr = {2e-4f};

  SmallGan(Engine engine) {
    UNet generator = new UNet(SIZE, 1, 3, 8, 0.5);
    training =
        new Pix2Pix(engine, Pix2Pix.Options.of(generator, new PatchGan(8, 1), BATCH, 7));
  }

  /** Everything that a training loop does in one step; the sum of the losses. */
  double step() {
    Program program = training.program();
    program.write("source", source);
    program.write("target", target);
    program.write("lr", lr);
    program.run();
    return program.scalar("G_GAN")
        + program.scalar("G_L1")
        + program.scalar("D_real")
        + program.scalar("D_fake");
  }

  Pix2Pix training() {
    return training;
  }

  static float[] random(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Override
  public void close() {
    training.close();
  }
}
