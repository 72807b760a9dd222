package chladni.tests.exact;

import chladni.engine.backend.Backend;
import chladni.engine.backend.Precision;
import chladni.sound2image.dataset.PairFolder;
import chladni.sound2image.media.Picture;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Batches;
import chladni.sound2image.training.DataOrder;
import chladni.sound2image.training.Pix2Pix;
import chladni.sound2image.training.Trainer;
import chladni.sound2image.training.TrainingListener;
import chladni.sound2image.training.TrainingLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * pix2pix as small as it gets with everything in it that a resumed run could get wrong: dropout,
 * running statistics, two Adams, shuffled pictures, random crops and flips, a rate that changes.
 */
final class TinyGan {
  private static final int SIDE = 64;
  private static final int BATCH = 2;
  private static final int SEED = 7;
  private static final String STAGE = "tiny";

  private TinyGan() {}

  /** A folder of three pairs. */
  static Path pairs(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < 3; i++) {
      byte[] rgb = new byte[3 * 60 * 31];
      for (int b = 0; b < rgb.length; b++) {
        rgb[b] = (byte) (b * (i + 3) >> 2);
      }
      new Picture(60, 31, rgb).writePng(folder.resolve(i + ".png"));
    }
    return folder;
  }

  static Pix2Pix build(Backend backend) {
    return new Pix2Pix(
        backend,
        Pix2Pix.Options.of(
            new UNet(SIDE, 3, 3, 2, 0.5), new PatchGan(2, 2), BATCH, SEED),
        Precision.FP32);
  }

  /** Trains, or goes on with, what lies in {@code folder}. */
  static void train(
      Backend backend,
      Path pairs,
      Path folder,
      long steps,
      long saveEvery,
      TrainingListener listener) {
    run(TrainingLoop.TO_THE_END, backend, pairs, folder, steps, saveEvery, listener);
  }

  static void run(
      TrainingLoop loop,
      Backend backend,
      Path pairs,
      Path folder,
      long steps,
      long saveEvery,
      TrainingListener listener) {
    loop.from(folder, STAGE, true).ifPresent(checkpoint -> checkpoint.adopt(backend));
    try (Pix2Pix gan = build(backend)) {
      Trainer trainer =
          new Trainer(
              folder,
              STAGE,
              steps,
              saveEvery,
              true,
              step -> 2e-3 / step,
              folder.resolve("losses.csv"),
              Map.of("seed", Integer.toString(SEED)),
              listener);
      loop.run(trainer, gan, batches(pairs));
    }
  }

  static Batches batches(Path folder) {
    PairFolder pairs =
        PairFolder.open(
            folder,
            PairFolder.Options.of(SIDE, true, PairFolder.Direction.A_TO_B, SEED),
            1 << 20);
    DataOrder order = new DataOrder(pairs.size(), BATCH, SEED, false);
    int width = 3 * SIDE * SIDE;
    float[] source = new float[BATCH * width];
    float[] target = new float[BATCH * width];
    return (step, program) -> {
      int[] items = order.items(step);
      for (int i = 0; i < BATCH; i++) {
        pairs.write(items[i], step, source, i * width, target, i * width);
      }
      program.write("source", source);
      program.write("target", target);
    };
  }
}
