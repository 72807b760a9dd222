package chladni.benchmarks.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's side of benchmarks/peers/run: {@code WORK BATCH THREADS SECONDS}; or {@code check
 * FOLDER BATCH} for the largest difference of its losses from ours.
 */
final class LibtorchMain {
  private static final int LEAST_RUNS = 5;

  private LibtorchMain() {}

  public static void main(String[] args) throws IOException {
    if (args[0].equals("check")) {
      check(Path.of(args[1]), Integer.parseInt(args[2]));
      return;
    }
    int batch = Integer.parseInt(args[1]);
    double seconds = Double.parseDouble(args[3]);
    torch.set_num_threads(Integer.parseInt(args[2]));
    torch.manual_seed(1);
    boolean step = args[0].equals("step");
    // Channels last where that is faster, which differs from version to version.
    double planes = least(step, batch, torch.MemoryFormat.Contiguous);
    boolean last = least(step, batch, torch.MemoryFormat.ChannelsLast) < planes;
    LibtorchPix2Pix work =
        new LibtorchPix2Pix(
            batch,
            step,
            true,
            last ? torch.MemoryFormat.ChannelsLast : torch.MemoryFormat.Contiguous);
    for (int i = 0; i < 3; i++) {
      timed(work, step);
    }
    double[] ms = new double[1 << 16];
    int runs = 0;
    long begun = System.nanoTime();
    while (runs < LEAST_RUNS || (System.nanoTime() - begun < seconds * 1e9 && runs < ms.length)) {
      ms[runs++] = timed(work, step);
    }
    ms = Arrays.copyOf(ms, runs);
    Arrays.sort(ms);
    System.out.printf(
        Locale.ROOT,
        "median_ms=%.3f least_ms=%.3f runs=%d peak_rss_mib=%d version=%s format=%s%n",
        ms[runs / 2],
        ms[0],
        runs,
        peakMiB(),
        torch.class.getPackage().getImplementationVersion(),
        last ? "nhwc" : "nchw");
  }

  private static double least(boolean step, int batch, torch.MemoryFormat format) {
    try (PointerScope _ = new PointerScope()) {
      LibtorchPix2Pix work = new LibtorchPix2Pix(batch, step, true, format);
      timed(work, step);
      return Math.min(timed(work, step), Math.min(timed(work, step), timed(work, step)));
    }
  }

  private static double timed(LibtorchPix2Pix work, boolean step) {
    long from = System.nanoTime();
    if (step) {
      work.step();
    } else {
      work.infer();
    }
    return (System.nanoTime() - from) * 1e-6;
  }

  private static long peakMiB() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
        .findFirst()
        .orElseThrow();
  }

  private static void check(Path folder, int batch) throws IOException {
    LibtorchPix2Pix work =
        new LibtorchPix2Pix(batch, true, false, torch.MemoryFormat.Contiguous);
    try (NoGradGuard _ = new NoGradGuard()) {
      for (Map.Entry<String, Tensor> e : work.tensors().entrySet()) {
        byte[] bytes = Files.readAllBytes(folder.resolve(e.getKey() + ".f32"));
        float[] values = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        e.getValue().copy_(Tensor.create(values, e.getValue().shape()));
      }
    }
    StringBuilder differences = new StringBuilder();
    for (String line : Files.readAllLines(folder.resolve("losses.txt"))) {
      List<Float> theirs = work.step();
      String[] ours = line.strip().split(" ");
      double worst = 0;
      for (int i = 0; i < ours.length; i++) {
        double ourLoss = Double.parseDouble(ours[i]);
        worst = Math.max(worst, Math.abs(ourLoss - theirs.get(i)) / Math.abs(theirs.get(i)));
      }
      differences.append(String.format(Locale.ROOT, " %.1e", worst));
    }
    System.out.println("largest relative difference of a loss, step by step:" + differences);
  }
}
