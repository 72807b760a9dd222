package chladni.tests.cuda;

import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.graph.Variable;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Pix2Pix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A pix2pix whose inputs are written, and the bits that its steps leave. */
final class SmallGan implements AutoCloseable {
  private final Pix2Pix gan;

  SmallGan(
      Engine engine,
      UNet generator,
      PatchGan discriminator,
      int batch,
      Precision precision) {
    Pix2Pix.Options options = Pix2Pix.Options.of(generator, discriminator, batch, 5);
    gan = new Pix2Pix(engine.backend(), options, precision);
    int pixels = batch * generator.size() * generator.size();
    program().write("lr", new double[] {2e-4});
    program().write("source", ramp(pixels * generator.inChannels()));
    program().write("target", ramp(pixels * generator.outChannels()));
  }

  private static float[] ramp(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (i * 37 % 101) / 50f - 1;
    }
    return values;
  }

  Program program() {
    return gan.program();
  }

  /** All weights and statistics, then the losses. */
  List<List<Integer>> bits() {
    List<float[]> all = new ArrayList<>();
    Stream.of(gan.generator(), gan.discriminator())
        .flatMap(p -> p.all().stream())
        .map(Variable::name)
        .forEach(name -> all.add(gan.store().floats(name)));
    Pix2Pix.LOSSES.forEach(loss -> all.add(new float[] {(float) program().scalar(loss)}));
    return all.stream().map(SmallGan::bits).toList();
  }

  private static List<Integer> bits(float[] values) {
    List<Integer> bits = new ArrayList<>();
    for (float v : values) {
      bits.add(Float.floatToRawIntBits(v));
    }
    return bits;
  }

  @Override
  public void close() {
    gan.close();
  }
}
