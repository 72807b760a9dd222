package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.app.cli.TrainPix2pix;
import chladni.engine.Engine;
import chladni.sound2image.dataset.PairArrays;
import chladni.sound2image.dataset.PairFolder;
import chladni.sound2image.dataset.Pairs;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.UNet;
import chladni.sound2image.training.Batches;
import chladni.sound2image.training.Checkpoint;
import chladni.sound2image.training.DataOrder;
import chladni.sound2image.training.PairFeed;
import chladni.sound2image.training.Pix2Pix;
import chladni.sound2image.training.ReplayLoop;
import chladni.sound2image.training.Trainer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code train pix2pix}: a folder of pairs or two arrays to a generator and a discriminator. */
public final class Pix2PixJob {
  /** A few hundred pairs at the size of unet256; larger folders are decoded batch by batch. */
  private static final long CACHE_BYTES = 384L << 20;

  private static final double DROPOUT = 0.5;
  private static final String STAGE = "pix2pix";

  private Pix2PixJob() {}

  public static void run(TrainPix2pix.Request request, Terminal terminal) {
    run(request, Work.training(request.command()), terminal);
  }

  static void replay(TrainPix2pix.Request request, ReplayLoop replay, Terminal terminal) {
    run(request, Work.replay(replay), terminal);
  }

  private static void run(TrainPix2pix.Request request, Work work, Terminal terminal) {
    work.check(request.out(), request.resume(), terminal);
    Optional<Checkpoint> from = work.loop().from(request.out(), STAGE, request.resume());
    Map<String, String> before = from.map(Checkpoint::metadata).orElse(Map.of());
    Pairs pairs = pairs(request);
    UNet generator = generator(request, pairs, before);
    PatchGan discriminator = discriminator(request, before);
    terminal
        .err()
        .printf(
            "%d pairs of %d to %d channels at %d x %d; generator width %d, discriminator width %d%n",
            pairs.size(),
            pairs.sourceChannels(),
            pairs.targetChannels(),
            pairs.side(),
            pairs.side(),
            generator.baseChannels(),
            discriminator.baseChannels());
    try (Engine engine = Backends.open(request.device(), terminal);
        TrainingProgress progress = new TrainingProgress(terminal)) {
      from.ifPresent(checkpoint -> checkpoint.adopt(engine.backend()));
      PairFeed feed = PairFeed.of(engine.backend(), pairs, request.batch());
      if (feed.isResident()) {
        terminal.err().println("all pairs go to the device once; it takes crops and flips itself");
      }
      Pix2Pix.Options options =
          Pix2Pix.Options.of(generator, discriminator, request.batch(), request.seed())
              .withDropout(request.dropout());
      try (Pix2Pix training = new Pix2Pix(engine.backend(), options, request.precision(), feed)) {
        feed.fill(training.store());
        if (before.isEmpty()) {
          request.initGenerator().ifPresent(training::loadGenerator);
          request.initDiscriminator().ifPresent(training::loadDiscriminator);
        }
        Trainer trainer =
            new Trainer(
                request.out(),
                STAGE,
                request.steps(),
                request.saveEvery(),
                request.resume(),
                request.rate().ofStep(),
                request.losses().orElse(null),
                configuration(request, pairs, generator, discriminator),
                progress);
        DataOrder order =
            new DataOrder(
                pairs.size(), request.batch(), request.seed(), request.serialBatches());
        Batches batches = (step, program) -> feed.write(program, step, order.items(step));
        work.loop().run(trainer, training, batches);
      }
    }
    work.made(request.out().resolve("generator.safetensors"), terminal);
    work.made(request.out().resolve("discriminator.safetensors"), terminal);
  }

  private static Pairs pairs(TrainPix2pix.Request request) {
    int side = side(request);
    return switch (request.pairs()) {
      case TrainPix2pix.Pairs.Folder(Path data) ->
          PairFolder.open(
              data,
              PairFolder.Options.of(side, request.flip(), request.direction(), request.seed()),
              CACHE_BYTES);
      case TrainPix2pix.Pairs.Arrays(Path source, Path target) ->
          PairArrays.read(source, target, side);
    };
  }

  private static int side(TrainPix2pix.Request request) {
    return switch (request.net()) {
      case UNET128 -> 128;
      case UNET256 -> 256;
    };
  }

  private static UNet generator(
      TrainPix2pix.Request request, Pairs pairs, Map<String, String> before) {
    int width =
        request.ngf() > 0
            ? request.ngf()
            : before.containsKey("ngf")
                ? Integer.parseInt(before.get("ngf"))
                : request
                    .initGenerator()
                    .map(f -> new WeightShapes(f).unet(pairs.side(), 0, 0).baseChannels())
                    .orElse(PatchGan.BASIC.baseChannels());
    return new UNet(pairs.side(), pairs.sourceChannels(), pairs.targetChannels(), width, DROPOUT);
  }

  private static PatchGan discriminator(TrainPix2pix.Request request, Map<String, String> before) {
    int width =
        request.ndf() > 0
            ? request.ndf()
            : before.containsKey("ndf")
                ? Integer.parseInt(before.get("ndf"))
                : request
                    .initDiscriminator()
                    .map(f -> new WeightShapes(f).patchGan().baseChannels())
                    .orElse(PatchGan.BASIC.baseChannels());
    return new PatchGan(width, PatchGan.BASIC.layers());
  }

  private static Map<String, String> configuration(
      TrainPix2pix.Request request,
      Pairs pairs,
      UNet generator,
      PatchGan discriminator) {
    Map<String, String> m = new LinkedHashMap<>();
    m.put("net", request.net().toString());
    m.put("in_channels", Integer.toString(generator.inChannels()));
    m.put("out_channels", Integer.toString(generator.outChannels()));
    m.put("ngf", Integer.toString(generator.baseChannels()));
    m.put("ndf", Integer.toString(discriminator.baseChannels()));
    m.put("batch", Integer.toString(request.batch()));
    m.put("precision", request.precision().name().toLowerCase(Locale.ROOT));
    m.put("rate", request.rate().toString());
    m.put("seed", Long.toString(request.seed()));
    m.put("dropout", Boolean.toString(request.dropout()));
    m.put("serial_batches", Boolean.toString(request.serialBatches()));
    if (request.pairs() instanceof TrainPix2pix.Pairs.Folder) {
      m.put("flip", Boolean.toString(request.flip()));
      m.put("direction", request.direction().toString());
    }
    m.put("data", pairs.fingerprint());
    return m;
  }
}
