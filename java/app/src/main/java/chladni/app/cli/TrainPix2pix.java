package chladni.app.cli;

import chladni.engine.backend.Precision;
import chladni.sound2image.dataset.PairFolder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
   * @param direction which half of a picture is the source
   * @param ngf channels of the generator's outermost level, 0 for those of the weights, else 64
   * @param ndf channels of the discriminator's first layer, 0 likewise
   * @param rate the learning rate of both networks
   * @param command what its checkpoints keep of it
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
      DeviceChoice device,
      Precision precision,
      PairFolder.Direction direction,
      int ngf,
      int ndf,
      LearningRate rate,
      TrainingCommand command) {}

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the run; a new one, or with --resume an old one.")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "Pictures that hold A on the left and B on the right; each half is resized to 286 (143 for"
              + " unet128), cropped and flipped at random.")
  private Path data;

  @Option(
      names = "--source",
      paramLabel = "SRC.npy",
      description = "Instead of --data: float array (N, C, H, W) in [-1, 1], taken as it is.")
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
      paramLabel = "BOOL",
      description = "Take pairs in order instead of shuffled.")
  private boolean serialBatches;

  @Option(
      names = "--no-dropout",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Train without dropout.")
  private boolean noDropout;

  @Option(
      names = "--no-flip",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
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
      paramLabel = "BOOL",
      description = "Go on from the last checkpoint in --out.")
  private boolean resume;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of weights, order, crops and dropout; default ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private DeviceOption device;

  @Mixin private PrecisionOption precision;

  @Option(
      names = "--direction",
      defaultValue = "AtoB",
      paramLabel = "DIRECTION",
      description = "AtoB makes the right half of the left one, BtoA the left of the right.")
  private String direction;

  @Option(
      names = "--ngf",
      paramLabel = "N",
      description =
          "Channels of the generator's outermost level; those of --init-generator when not given,"
              + " else 64.")
  private int ngf;

  @Option(
      names = "--ndf",
      paramLabel = "N",
      description =
          "Channels of the discriminator's first layer; those of --init-discriminator when not"
              + " given, else 64.")
  private int ndf;

  @Mixin private RateOptions rate;

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
    Checks.notNegative("--save-every", saveEvery);
    Checks.positiveOrAbsent(spec, "--ngf", ngf);
    Checks.positiveOrAbsent(spec, "--ndf", ndf);
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
            device.choice(),
            precision.checked(),
            parseDirection(),
            ngf,
            ndf,
            rate.rate(),
            TrainingCommand.of(spec)),
        Checks.terminal(spec));
    return ExitCode.OK;
  }

  private PairFolder.Direction parseDirection() {
    return switch (direction.toLowerCase(Locale.ROOT)) {
      case "atob" -> PairFolder.Direction.A_TO_B;
      case "btoa" -> PairFolder.Direction.B_TO_A;
      default ->
          throw new UsageException(
              "--direction must be AtoB or BtoA, got " + direction + ". Choose one of them.");
    };
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
