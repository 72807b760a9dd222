package chladni.benchmarks.peers;

import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.conv_transpose2d;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * U-Net-128 1 to 3 and PatchGAN at full width in libtorch's own functions: the layers, names, order
 * and losses of junyanz's pix2pix, which are ours too.
 */
final class LibtorchPix2Pix {
  private static final int SIDE = 128;
  private static final int LEVELS = 7;
  private static final int WIDTH = 64;
  private static final int MEAN = 1;
  private static final Scalar LEAK = new Scalar(0.2);
  private static final TensorOptional NONE = new TensorOptional();

  // Arrays, not LongArrayRefs: those do not keep what they refer to.
  private static final long[] ZERO = {0, 0};
  private static final long[] ONE = {1, 1};
  private static final long[] TWO = {2, 2};

  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> statistics = new LinkedHashMap<>();
  private final SplittableRandom random = new SplittableRandom(1);
  private final torch.MemoryFormat format;
  private final boolean training;
  private final boolean dropout;
  private final Tensor source;
  private final Tensor target;
  private final Adam generator;
  private final Adam discriminator;

  /**
   * @param dropout in training; off to compare losses, since masks are each framework's own
   */
  LibtorchPix2Pix(int batch, boolean training, boolean dropout, torch.MemoryFormat format) {
    this.training = training;
    this.dropout = dropout;
    this.format = format;
    source = uniform(batch, 1, SIDE, SIDE);
    target = uniform(batch, 3, SIDE, SIDE);
    declareGenerator();
    declareDiscriminator();
    parameters.values().forEach(p -> p.set_requires_grad(training));
    generator = training ? adam("generator.") : null;
    discriminator = training ? adam("discriminator.") : null;
  }

  /** Every parameter and input by our name for it. */
  Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new LinkedHashMap<>(parameters);
    all.put("source", source);
    all.put("target", target);
    return all;
  }

  private Tensor uniform(long... shape) {
    return filled(() -> random.nextDouble(-1, 1), shape);
  }

  private Tensor filled(DoubleSupplier value, long... shape) {
    long n = 1;
    for (long d : shape) {
      n *= d;
    }
    float[] values = new float[(int) n];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) value.getAsDouble();
    }
    Tensor plain = Tensor.create(values, shape);
    return shape.length == 4 ? plain.contiguous(format) : plain;
  }

  private Adam adam(String net) {
    TensorVector weights = new TensorVector();
    parameters.forEach(
        (name, p) -> {
          if (name.startsWith(net)) {
            weights.push_back(p);
          }
        });
    AdamOptions options = new AdamOptions(2e-4);
    // A std::tuple lies in memory from its last element on.
    options.betas().put(0.999, 0.5);
    return new Adam(weights, options);
  }

  // ---- The nets

  private static int width(int level) {
    return WIDTH * Math.min(1 << (level - 1), 8);
  }

  private static String prefix(int level) {
    return "generator.model.model."
        + (level == 1 ? "" : "1.model." + "3.model.".repeat(level - 2));
  }

  private static String up(int level) {
    return prefix(level) + (level == 1 || level == LEVELS ? "3" : "5");
  }

  private static String upNorm(int level) {
    return prefix(level) + (level == LEVELS ? "4" : "6");
  }

  private void weight(String name, long... shape) {
    parameters.put(name + ".weight", filled(() -> random.nextGaussian() * 0.02, shape));
  }

  private void bias(String name, long channels) {
    parameters.put(name + ".bias", filled(() -> 0, channels));
  }

  private void norm(String name, long channels) {
    parameters.put(name + ".weight", filled(() -> 1 + random.nextGaussian() * 0.02, channels));
    bias(name, channels);
    statistics.put(name + ".mean", filled(() -> 0, channels));
    statistics.put(name + ".var", filled(() -> 1, channels));
  }

  private void declareGenerator() {
    for (int k = 1; k <= LEVELS; k++) {
      weight(prefix(k) + (k == 1 ? "0" : "1"), width(k), k == 1 ? 1 : width(k - 1), 4, 4);
      if (k > 1 && k < LEVELS) {
        norm(prefix(k) + "2", width(k));
      }
      int joined = width(k) * (k == LEVELS ? 1 : 2);
      weight(up(k), joined, k == 1 ? 3 : width(k - 1), 4, 4);
      if (k == 1) {
        bias(up(k), 3);
      } else {
        norm(upNorm(k), width(k - 1));
      }
    }
  }

  private void declareDiscriminator() {
    String net = "discriminator.model.";
    weight(net + "0", WIDTH, 4, 4, 4);
    bias(net + "0", WIDTH);
    for (int i = 1; i <= 3; i++) {
      weight(net + (3 * i - 1), WIDTH << i, WIDTH << (i - 1), 4, 4);
      norm(net + 3 * i, WIDTH << i);
    }
    weight(net + "11", 1, 8 * WIDTH, 4, 4);
    bias(net + "11", 1);
  }

  private Tensor convolution(String name, Tensor x, long[] stride) {
    Tensor w = parameters.get(name + ".weight");
    return conv2d(x, w, optional(name + ".bias"), stride, ONE, ONE, 1);
  }

  private TensorOptional optional(String name) {
    Tensor tensor = parameters.get(name);
    return tensor == null ? NONE : new TensorOptional(tensor);
  }

  private Tensor norm(String name, Tensor x) {
    return torch.batch_norm(
        x,
        optional(name + ".weight"),
        optional(name + ".bias"),
        new TensorOptional(statistics.get(name + ".mean")),
        new TensorOptional(statistics.get(name + ".var")),
        training,
        0.1,
        1e-5,
        false);
  }

  private static Tensor cat(int axis, Tensor... parts) {
    return torch.cat(new TensorVector(parts), axis);
  }

  private Tensor level(Tensor x, int k) {
    Tensor down = convolution(prefix(k) + (k == 1 ? "0" : "1"), x, TWO);
    Tensor joined;
    if (k == LEVELS) {
      joined = torch.relu(down);
    } else {
      Tensor normed = k == 1 ? down : norm(prefix(k) + "2", down);
      // In the reference the skip is activated in place before it is joined.
      Tensor activated = torch.leaky_relu(normed, LEAK);
      joined = torch.relu(cat(1, activated, level(activated, k + 1)));
    }
    Tensor w = parameters.get(up(k) + ".weight");
    Tensor y = conv_transpose2d(joined, w, optional(up(k) + ".bias"), TWO, ONE, ZERO, 1, ONE);
    if (k == 1) {
      return torch.tanh(y);
    }
    y = norm(upNorm(k), y);
    return dropout && k >= 5 && k < LEVELS ? torch.dropout(y, 0.5, training) : y;
  }

  private Tensor judge(Tensor pair) {
    String net = "discriminator.model.";
    Tensor x = torch.leaky_relu(convolution(net + "0", pair, TWO), LEAK);
    for (int i = 1; i <= 3; i++) {
      Tensor y = convolution(net + (3 * i - 1), x, i < 3 ? TWO : ONE);
      x = torch.leaky_relu(norm(net + 3 * i, y), LEAK);
    }
    return convolution(net + "11", x, ONE);
  }

  // ---- The work

  private static Tensor bce(Tensor logits, double to) {
    Tensor labels = torch.full_like(logits, new Scalar(to));
    return torch.binary_cross_entropy_with_logits(logits, labels, NONE, NONE, MEAN);
  }

  private void train(String net, boolean on) {
    parameters.forEach(
        (name, p) -> {
          if (name.startsWith(net)) {
            p.set_requires_grad(on);
          }
        });
  }

  /** One step in the reference's order; G_GAN, G_L1, D_real, D_fake. */
  List<Float> step() {
    try (PointerScope _ = new PointerScope()) {
      Tensor fake = level(source, 1);
      Tensor pair = cat(1, source, fake);
      train("discriminator.", true);
      discriminator.zero_grad();
      Tensor dFake = bce(judge(pair.detach()), 0);
      Tensor dReal = bce(judge(cat(1, source, target)), 1);
      torch.mul(torch.add(dFake, dReal), new Scalar(0.5)).backward();
      discriminator.step();
      train("discriminator.", false);
      generator.zero_grad();
      Tensor gGan = bce(judge(pair), 1);
      Tensor gL1 = torch.mul(torch.l1_loss(fake, target, MEAN), new Scalar(100.0));
      torch.add(gGan, gL1).backward();
      generator.step();
      List<Float> losses = new ArrayList<>();
      for (Tensor loss : List.of(gGan, gL1, dReal, dFake)) {
        losses.add(loss.item_float());
      }
      return losses;
    }
  }

  float infer() {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      return torch.mean(level(source, 1)).item_float();
    }
  }
}
