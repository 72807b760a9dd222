package chladni.app.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** pix2pix on anyone's picture pairs. */
@Command(
    name = "pix2pix",
    description = "Train pix2pix on a folder of side-by-side pairs or on two arrays.")
public final class TrainPix2pix implements Callable<Integer> {
  /** Generators. */
  public enum Net {
    UNET128,
    UNET256;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where pairs come from. */
  public sealed interface Pairs {
    /** Pictures with A on the left and B on the right. */
    record Folder(Path data) implements Pairs {}

    /** Two npy arrays (N, C, H, W) in [-1, 1]. */
    record Arrays(Path source, Path target) implements Pairs {}
  }

  /**
   * What was asked.
   *
   * @param steps updates in all, a resumed run's earlier ones included
   * @param saveEvery steps between checkpoints, 0 for one at the end only
   */
  public record Request(
      Path out,
      Pairs pairs,
      Net net,
      Optional<Path> initGenerator,
      Optional<Path> initDiscriminator,
      int batch,
      long steps,
      boolean serialBatches,
      boolean dropout,
      boolean flip,
      Optional<Path> losses,
      long saveEvery,
      boolean resume,
      long seed,
      String device) {}

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the run; a new one, or with --resume an old one.")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Pictures that hold A on the left and B on the right.")
  private Path data;

  @Option(
      names = "--source",
      paramLabel = "SRC.npy",
      description = "Instead of --data: float array (N, C, H, W) in [-1, 1].")
  private Path source;

  @Option(
      names = "--target",
      paramLabel = "TGT.npy",
      description = "What the generator shall make of --source, pair by pair.")
  private Path target;

  @Option(
      names = "--net",
      defaultValue = "unet256",
      paramLabel = "NET",
      description = "One of ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Net net;

  @Option(
      names = "--init-generator",
      paramLabel = "G.safetensors",
      description = "Start from these weights.")
  private Path initGenerator;

  @Option(
      names = "--init-discriminator",
      paramLabel = "D.safetensors",
      description = "Start from these weights.")
  private Path initDiscriminator;

  @Option(
      names = "--batch",
      defaultValue = "1",
      paramLabel = "N",
      description = "Pairs per step; default ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--steps",
      defaultValue = "10000",
      paramLabel = "N",
      description = "Updates in all; default ${DEFAULT-VALUE}.")
  private long steps;

  @Option(
      names = "--serial-batches",
      arity = "0..1",
      fallbackValue = "true",
      hideParamSyntax = true,
      paramLabel = "",
      description = "Take pairs in order instead of shuffled.")
  private boolean serialBatches;

  @Option(
      names = "--no-dropout",
      arity = "0..1",
      fallbackValue = "true",
      hideParamSyntax = true,
      paramLabel = "",
      description = "Train without dropout.")
  private boolean noDropout;

  @Option(
      names = "--no-flip",
      arity = "0..1",
      fallbackValue = "true",
      hideParamSyntax = true,
      paramLabel = "",
      description = "Do not mirror pairs at random.")
  private boolean noFlip;

  @Option(
      names = "--losses",
      paramLabel = "LOSSES.csv",
      description = "Write step,G_GAN,G_L1,D_real,D_fake for every step.")
  private Path losses;

  @Option(
      names = "--save-every",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Steps between checkpoints, 0 for the end only; default ${DEFAULT-VALUE}.")
  private long saveEvery;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "true",
      hideParamSyntax = true,
      paramLabel = "",
      description = "Go on from the last checkpoint in --out.")
  private boolean resume;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of weights, order, crops and dropout; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--device",
      defaultValue = "auto",
      paramLabel = "DEVICE",
      description = "One of ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Device device;

  @Spec private CommandSpec spec;
  private final Action<Request> action;

  /**
   * @param action trains
   */
  public TrainPix2pix(Action<Request> action) {
    this.action = action;
  }

  @Override
  public Integer call() throws Exception {
    Checks.positive("--batch", batch);
    Checks.positive("--steps", steps);
    Checks.require(
        saveEvery >= 0, "--save-every must be at least 0, got " + saveEvery + ". Correct it.");
    action.run(
        new Request(
            out,
            pairs(),
            net,
            Optional.ofNullable(initGenerator),
            Optional.ofNullable(initDiscriminator),
            batch,
            steps,
            serialBatches,
            !noDropout,
            !noFlip,
            Optional.ofNullable(losses),
            saveEvery,
            resume,
            seed,
            device.toString()),
        Checks.terminal(spec));
    return ExitCode.OK;
  }

  private Pairs pairs() {
    if (data != null) {
      Checks.require(
          source == null && target == null,
          "--data must stand alone, got --source or --target beside it. Drop one of them.");
      return new Pairs.Folder(data);
    }
    Checks.require(
        source != null && target != null,
        "pairs must come from --data FOLDER, or from --source and --target together. Give one.");
    return new Pairs.Arrays(source, target);
  }
}
