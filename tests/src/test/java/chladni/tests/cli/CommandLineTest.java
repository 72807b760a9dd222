package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chladni.app.cli.DeviceChoice;
import chladni.app.cli.LearningRate;
import chladni.app.cli.NetForward;
import chladni.app.cli.TrainPix2pix;
import chladni.app.cli.TrainingCommand;
import chladni.engine.backend.Precision;
import chladni.engine.io.BadFileException;
import chladni.sound2image.dataset.PairFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandLineTest {
  private static final String FORWARD =
      "net forward --net unet128 --weights w --input x.npy --output y.npy";

  private final Console console = new Console();

  @Test
  void netForwardTakesItsFixedOptions() {
    int code =
        run(
            "net forward --net patchgan --in-channels 4 --out-channels 1 --weights w.safetensors"
                + " --input x.npy --output y.npy --device reference --tune --precision bf16");
    assertThat(code).isZero();
    assertThat(console.forward())
        .isEqualTo(
            new NetForward.Request(
                NetForward.Net.PATCHGAN,
                4,
                1,
                Path.of("w.safetensors"),
                Path.of("x.npy"),
                Path.of("y.npy"),
                new DeviceChoice("reference", true),
                Precision.BF16));
  }

  @Test
  void netForwardHasDefaults() {
    assertThat(run(FORWARD)).isZero();
    assertThat(console.forward().inChannels()).isZero();
    assertThat(console.forward().outChannels()).isZero();
    assertThat(console.forward().device()).isEqualTo(new DeviceChoice("auto", false));
    assertThat(console.forward().precision()).isEqualTo(Precision.FP32);
  }

  @Test
  void trainPix2pixTakesItsFixedOptions() {
    int code =
        run(
            "train pix2pix --out run --source s.npy --target t.npy --net unet128 --init-generator g"
                + " --init-discriminator d --batch 2 --steps 10 --serial-batches --no-dropout"
                + " --no-flip --losses l.csv --save-every 5 --resume --seed 7 --device cpu"
                + " --precision bf16"
                + " --direction BtoA --ngf 2 --ndf 3 --rate 0.001");
    assertThat(code).isZero();
    assertThat(console.pix2pix())
        .isEqualTo(
            new TrainPix2pix.Request(
                Path.of("run"),
                new TrainPix2pix.Pairs.Arrays(Path.of("s.npy"), Path.of("t.npy")),
                TrainPix2pix.Net.UNET128,
                Optional.of(Path.of("g")),
                Optional.of(Path.of("d")),
                2,
                10,
                true,
                false,
                false,
                Optional.of(Path.of("l.csv")),
                5,
                true,
                7,
                new DeviceChoice("cpu", false),
                Precision.BF16,
                PairFolder.Direction.B_TO_A,
                2,
                3,
                LearningRate.constant(0.001),
                new TrainingCommand(
                    "train pix2pix",
                    List.of(
                        "--batch=2",
                        "--device=cpu",
                        "--direction=BtoA",
                        "--init-discriminator=" + Path.of("d").toAbsolutePath(),
                        "--init-generator=" + Path.of("g").toAbsolutePath(),
                        "--ndf=3",
                        "--net=unet128",
                        "--ngf=2",
                        "--no-dropout=true",
                        "--no-flip=true",
                        "--precision=BF16",
                        "--rate=0.001",
                        "--seed=7",
                        "--serial-batches=true",
                        "--source=" + Path.of("s.npy").toAbsolutePath(),
                        "--target=" + Path.of("t.npy").toAbsolutePath()))));
  }

  @Test
  void trainPix2pixHasTheDefaultsOfTheReference() {
    assertThat(run("train pix2pix --out run --data pairs")).isZero();
    TrainPix2pix.Request request = console.pix2pix();
    assertThat(request.pairs()).isEqualTo(new TrainPix2pix.Pairs.Folder(Path.of("pairs")));
    assertThat(request.net()).isEqualTo(TrainPix2pix.Net.UNET256);
    assertThat(request.batch()).isEqualTo(1);
    assertThat(request.dropout()).isTrue();
    assertThat(request.flip()).isTrue();
    assertThat(request.serialBatches()).isFalse();
    assertThat(request.resume()).isFalse();
    assertThat(request.losses()).isEmpty();
    assertThat(request.direction()).isEqualTo(PairFolder.Direction.A_TO_B);
    assertThat(request.rate()).isEqualTo(LearningRate.constant(0.0002));
    assertThat(request.precision()).isEqualTo(Precision.FP32);
  }

  @Test
  void theRateOfPix2pixMayFall() {
    String train = "train pix2pix --out run --data pairs --rate 0.5 ";
    run(train + "--decay-steps 100 --constant-steps 50");
    LearningRate linear = console.pix2pix().rate();
    assertThat(linear)
        .isEqualTo(new LearningRate(0.5, LearningRate.Policy.LINEAR, 50, 100))
        .hasToString("0.5 linear over 100 after 50");
    assertThat(linear.ofStep().applyAsDouble(50)).isEqualTo(0.5);
    assertThat(linear.ofStep().applyAsDouble(51)).isEqualTo(0.5 * (1 - 1 / 101.0));
    assertThat(linear.ofStep().applyAsDouble(151)).isZero();
    run(train + "--lr-policy step --decay-steps 10");
    LearningRate step = console.pix2pix().rate();
    assertThat(step.ofStep().applyAsDouble(10)).isEqualTo(0.5);
    assertThat(step.ofStep().applyAsDouble(11)).isEqualTo(0.05);
    run(train + "--lr-policy cosine --decay-steps 10 --constant-steps 2");
    LearningRate cosine = console.pix2pix().rate();
    assertThat(cosine.ofStep().applyAsDouble(3)).isEqualTo(0.5);
    assertThat(cosine.ofStep().applyAsDouble(8)).isCloseTo(0.25, within(1e-15));
    assertThat(console.pix2pix().command().options())
        .contains("--lr-policy=cosine", "--decay-steps=10", "--constant-steps=2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          trian                                           | unknown command 'trian'; did you mean 'train'?
          frobnicate                                      | unknown command 'frobnicate'; there are train, doctor, net
          train                                           | chladni train: a command must follow: pix2pix
          train pix2pixx                                  | unknown command 'pix2pixx'; did you mean 'pix2pix'?
          train pix2pix --data d                          | Missing required option: '--out
          train pix2pix --out o --data d --bacth 3        | unknown option '--bacth'; did you mean '--batch'?
          train pix2pix --out o --data d --bacth=3        | unknown option '--bacth'; did you mean '--batch'?
          train pix2pix --out o --data d --batch x        | Invalid value for option '--batch'
          train pix2pix --out o --data d --batch 0        | --batch must be at least 1, got 0
          train pix2pix --out o --data d --save-every -1  | --save-every must be at least 0, got -1
          train pix2pix --out o --data d --net unet512    | Invalid value for option '--net'
          train pix2pix --out o --data d --rate 0         | --rate must be finite and above 0, got 0.0
          train pix2pix --out o --data d --lr-policy step | --lr-policy step needs to know for how long
          train pix2pix --out o --data d --constant-steps 5 | need a policy, got constant
          train pix2pix --out o --data d --decay-steps 0  | --decay-steps must be at least 1, got 0
          train pix2pix --out o --data d --direction C    | --direction must be AtoB or BtoA, got C
          train pix2pix --out o                           | pairs must come from --data FOLDER
          train pix2pix --out o --source s                | --source and --target together
          train pix2pix --out o --source s --data d       | --data must stand alone
          train pix2pix --out o --data d extra            | unexpected argument 'extra'
          net forward --net unet128                       | Missing required options
          net forward --in-channels 0 --net unet128 --weights w --input x --output y | --in-channels must be at least 1, got 0
          net forward --precision fp64 --net unet128 --weights w --input x --output y | --precision must be fp32, bf16 or tf32
          """)
  void nonsenseIsUsageAndStartsNothing(String args, String message) {
    assertThat(run(args)).isEqualTo(2);
    assertThat(console.err()).contains(message).hasLineCount(1);
    assertThat(console.reachedWork()).isFalse();
  }

  @Test
  void noCommandNamesThem() {
    assertThat(console.run()).isEqualTo(2);
    assertThat(console.err()).contains("a command must follow: train, doctor, net");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "-h",
        "train --help",
        "train pix2pix --help",
        "net --help",
        "net forward --help",
        "doctor --help"
      })
  void helpIsEverywhere(String args) {
    assertThat(run(args)).isZero();
    assertThat(console.out()).startsWith("Usage: chladni").contains("--config");
    assertThat(console.err()).isEmpty();
  }

  @Test
  void helpNamesChoicesAndExitCodes() {
    run("net forward --help");
    assertThat(console.out()).contains("unet128, unet256, patchgan").contains("auto, cpu");
    run("--help");
    assertThat(console.out()).contains("Exit codes: 0 done; 1 failed");
  }

  @Test
  void typedFailuresAreOneSentence() {
    console.withAction(
        (_, _) -> {
          throw new BadFileException(Path.of("w"), "must be whole", "Copy it again.");
        });
    assertThat(run(FORWARD)).isEqualTo(1);
    assertThat(console.err().strip())
        .isEqualTo("chladni net forward: w: must be whole. Copy it again.");
  }

  @Test
  void missingFilesAreOneSentence() {
    console.withAction(
        (_, _) -> {
          throw new NoSuchFileException("clip.wav");
        });
    assertThat(run(FORWARD)).isEqualTo(1);
    assertThat(console.err()).contains("clip.wav: there is no such file. Check the path.");
  }

  @Test
  void defectsLeaveAStackTraceInAFile() throws IOException {
    console.withAction(
        (_, _) -> {
          throw new IllegalStateException("a bug");
        });
    assertThat(run(FORWARD)).isEqualTo(1);
    assertThat(console.err()).contains("unexpected java.lang.IllegalStateException: a bug");
    assertThat(console.err().lines()).hasSize(1);
    Path trace = Path.of(console.err().replaceAll("(?s).*stack trace in (.*\\.txt)\\..*", "$1"));
    assertThat(trace).content().contains("IllegalStateException: a bug").contains("\tat ");
    Files.delete(trace);
  }

  @Test
  void stackTracesCanBePrinted() {
    console.withAction(
        (_, _) -> {
          throw new IllegalStateException("a bug");
        });
    assertThat(run(FORWARD + " --stacktrace")).isEqualTo(1);
    assertThat(console.err()).contains("\tat ");
  }

  @Test
  void anExhaustedHeapIsSaid() {
    console.withAction(
        (_, _) -> {
          throw new OutOfMemoryError("Java heap space");
        });
    assertThat(run(FORWARD)).isEqualTo(1);
    assertThat(console.err()).contains("the Java heap is full").contains("CHLADNI_JAVA_OPTS");
  }

  private int run(String args) {
    return console.run(args.split(" +"));
  }
}
