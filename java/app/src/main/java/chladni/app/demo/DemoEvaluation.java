package chladni.app.demo;

import chladni.app.report.AttributeTable;
import chladni.app.report.Failure;
import chladni.app.report.Label;
import chladni.app.report.MatchTable;
import chladni.app.report.ReportData;
import chladni.app.report.Restoration;
import chladni.app.report.RetrievalTable;
import chladni.app.report.Rgb;
import chladni.app.report.Sound;
import chladni.app.report.SoundToPicture;
import chladni.engine.Engine;
import chladni.sound2image.dataset.ClipSet;
import chladni.sound2image.dataset.RunFolder;
import chladni.sound2image.dataset.Selection;
import chladni.sound2image.evaluation.AttributeFidelity;
import chladni.sound2image.evaluation.ClassMeans;
import chladni.sound2image.evaluation.FloatMatrix;
import chladni.sound2image.evaluation.MatchRates;
import chladni.sound2image.evaluation.RecallAtK;
import chladni.sound2image.evaluation.Retrieval;
import chladni.sound2image.evaluation.RidgeProbe;
import chladni.sound2image.evaluation.SelectionQuality;
import chladni.sound2image.features.FeatureTable;
import chladni.sound2image.features.MultimodalVectors;
import chladni.sound2image.generation.Generator;
import chladni.sound2image.media.Picture;
import chladni.sound2image.media.Waveform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What the trained networks of a demo are worth, measured on held-out clips, which none of the
 * judged networks has seen.
 *
 * @param plan what is in each clip of the corpus, by which the selection is checked
 * @param picture probabilities by which the clips were selected
 * @param sound probabilities by which the clips were selected
 */
record DemoEvaluation(
    World world,
    long seed,
    List<DemoClip> plan,
    ClipSet clips,
    Selection selection,
    float[][] picture,
    float[][] sound,
    FeatureTable table,
    MultimodalVectors vectors) {
  private static final int CANDIDATES = 100;
  private static final int EXAMPLES = 12;
  private static final int BATCH = 16;

  /** Measures everything and tells how to put it into a report. */
  Consumer<ReportData.Builder> evaluate(
      Engine engine, RunFolder run, Judge judge, int judgeTests, Map<String, String> failed) {
    int[] heldOut = table.rows(true);
    List<Picture> originals = pictures(heldOut);
    List<Picture> generated;
    List<Picture> restored;
    try (Generator generator = Generator.load(engine.backend(), run, BATCH)) {
      generated =
          generator.generate(
              clips.subset(Arrays.stream(heldOut).map(r -> table.position()[r]).boxed().toList()));
      restored = generator.fromFeatures(rows(table.fc6(), heldOut));
    }
    Judge.Opinion ofOriginals = judge.opinion(originals);
    Judge.Opinion ofGenerated = judge.opinion(generated);
    FloatMatrix truth = FloatMatrix.ofRows(ofOriginals.logits());
    FloatMatrix answer = FloatMatrix.ofRows(ofGenerated.logits());
    MatchTable matches =
        new MatchTable(
            heldOut.length,
            Judge.labels(world),
            MatchRates.of(answer, truth),
            MatchRates.shuffled(answer, truth),
            Optional.of(MatchRates.of(logits(judge, classMeans(heldOut)), truth)),
            Optional.of(MatchRates.of(logits(judge, nearest(heldOut)), truth)));
    RecallAtK recall =
        RecallAtK.of(
            FloatMatrix.ofRows(ofGenerated.features()),
            FloatMatrix.ofRows(ofOriginals.features()),
            Math.min(CANDIDATES, heldOut.length),
            RecallAtK.Distance.COSINE,
            seed);
    RetrievalTable retrieval = retrieval(heldOut);
    AttributeTable attributes = attributes(heldOut, originals, generated);
    chladni.app.report.Selection selected = selectionTable();
    Judge.Accuracy accuracy = judge.accuracy(judgeTests);
    List<Restoration> restorations = new ArrayList<>();
    List<SoundToPicture> sounds = new ArrayList<>();
    for (int i : spread(heldOut.length)) {
      String name = world.className(table.label()[heldOut[i]]);
      restorations.add(new Restoration(name, rgb(originals.get(i)), rgb(restored.get(i))));
      int position = table.position()[heldOut[i]];
      sounds.add(
          new SoundToPicture(
              clips.ids().get(position),
              Optional.of(name),
              sound(position),
              Optional.of(rgb(originals.get(i))),
              rgb(generated.get(i)),
              labels(ofOriginals.logits()[i]),
              labels(ofGenerated.logits()[i])));
    }
    return report -> {
      report.demoTargets();
      report.selection(selected);
      report.restorations(restorations);
      report.retrieval(retrieval);
      report.sounds(sounds);
      report.matches(matches);
      report.recall(recall);
      report.attributes(attributes);
      report.judge(
          new chladni.app.report.Judge(
              accuracy.label(),
              Judge.labels(world),
              judgeTests,
              OptionalDouble.of(accuracy.className())));
      report.failures(
          failed.entrySet().stream().map(e -> new Failure(e.getKey(), e.getValue())).toList());
    };
  }

  private RetrievalTable retrieval(int[] heldOut) {
    int[] train = table.rows(false);
    float[][] imageAfter = MultimodalVectors.activated(vectors.image());
    float[][] soundAfter = MultimodalVectors.activated(vectors.sound());
    Retrieval postHeldOut = retrieval(imageAfter, soundAfter, heldOut);
    Retrieval postTrain = retrieval(imageAfter, soundAfter, train);
    List<RetrievalTable.Neighbour> neighbours = new ArrayList<>();
    for (int i : spread(heldOut.length)) {
      int image = heldOut[i];
      int sound = heldOut[postHeldOut.nearest()[i]];
      neighbours.add(
          new RetrievalTable.Neighbour(
              world.className(table.label()[image]),
              rgb(clips.picture(table.position()[image])),
              world.className(table.label()[sound]),
              rgb(clips.picture(table.position()[sound]))));
    }
    return new RetrievalTable(
        retrieval(vectors.image(), vectors.sound(), train).matchRate(),
        retrieval(vectors.image(), vectors.sound(), heldOut).matchRate(),
        postTrain.matchRate(),
        postHeldOut.matchRate(),
        postTrain.chance(),
        postHeldOut.chance(),
        neighbours);
  }

  private Retrieval retrieval(float[][] image, float[][] sound, int[] rows) {
    int[] classes = Arrays.stream(rows).map(r -> table.label()[r]).toArray();
    return Retrieval.of(
        FloatMatrix.ofRows(rows(image, rows)),
        FloatMatrix.ofRows(rows(sound, rows)),
        classes,
        classes);
  }

  /** The mean training picture of each held-out clip's class: what a generator of classes makes. */
  private List<Picture> classMeans(int[] heldOut) {
    Map<Integer, Picture> means = new LinkedHashMap<>();
    List<Picture> result = new ArrayList<>();
    for (int row : heldOut) {
      result.add(means.computeIfAbsent(table.label()[row], this::classMean));
    }
    return result;
  }

  private Picture classMean(int label) {
    int side = clips.side();
    int[] members =
        Arrays.stream(table.rows(false)).filter(r -> table.label()[r] == label).toArray();
    if (members.length == 0) {
      throw new IllegalStateException(
          "evaluation: class '%s' has held-out clips and none to train on. Use more clips a class."
              .formatted(world.className(label)));
    }
    float[][] planes = new float[members.length][3 * side * side];
    for (int i = 0; i < members.length; i++) {
      clips.picture(table.position()[members[i]], planes[i], 0);
    }
    FloatMatrix mean = ClassMeans.of(FloatMatrix.ofRows(planes), new int[members.length], 1);
    return ClipSet.toPicture(mean.row(0), 0, side);
  }

  /** The training picture whose sound is nearest in multimodal space. */
  private List<Picture> nearest(int[] heldOut) {
    int[] train = table.rows(false);
    int[] nearest =
        Retrieval.nearestRows(
            FloatMatrix.ofRows(rows(vectors.sound(), heldOut)),
            FloatMatrix.ofRows(rows(vectors.sound(), train)));
    return IntStream.of(nearest)
        .mapToObj(i -> clips.picture(table.position()[train[i]]))
        .toList();
  }

  private AttributeTable attributes(
      int[] heldOut, List<Picture> originals, List<Picture> generated) {
    int[] train = table.rows(false);
    AttributeMeter meter = new AttributeMeter();
    int[] classes = Arrays.stream(heldOut).map(r -> table.label()[r]).toArray();
    RidgeProbe[] pool5 = probe(table.pool5(), train, heldOut);
    RidgeProbe[] multimodal = probe(vectors.sound(), train, heldOut);
    RidgeProbe[] fc6 = probe(table.fc6(), train, heldOut);
    List<AttributeTable.Row> rows = new ArrayList<>();
    for (Attribute attribute : Attribute.values()) {
      double[] heard = heard(attribute, heldOut);
      int a = attribute.ordinal();
      rows.add(
          new AttributeTable.Row(
              attribute.soundName(),
              attribute.pictureName(),
              AttributeFidelity.withinClass(
                  heard, seen(meter, attribute, classes, generated), classes),
              OptionalDouble.of(
                  AttributeFidelity.withinClass(
                          heard, seen(meter, attribute, classes, originals), classes)
                      .r2()),
              List.of(
                  pool5[a].fidelity().r2(),
                  multimodal[a].fidelity().r2(),
                  fc6[a].fidelity().r2())));
    }
    return new AttributeTable(List.of("pool5", "multimodal", "fc6"), 1, rows);
  }

  private RidgeProbe[] probe(float[][] features, int[] train, int[] heldOut) {
    return RidgeProbe.fit(probed(features, train), probed(features, heldOut), seed);
  }

  private RidgeProbe.Clips probed(float[][] features, int[] rows) {
    double[][] attributes =
        Arrays.stream(Attribute.values()).map(a -> heard(a, rows)).toArray(double[][]::new);
    int[] classes = Arrays.stream(rows).map(r -> table.label()[r]).toArray();
    return new RidgeProbe.Clips(
        FloatMatrix.ofRows(rows(features, rows)), attributes, classes);
  }

  private double[] heard(Attribute attribute, int[] rows) {
    Map<String, DemoClip> byId = known();
    return Arrays.stream(rows)
        .mapToDouble(
            r -> attribute.ofSound(byId.get(clips.ids().get(table.position()[r])).sound()))
        .toArray();
  }

  private double[] seen(
      AttributeMeter meter, Attribute attribute, int[] classes, List<Picture> pictures) {
    return IntStream.range(0, classes.length)
        .mapToDouble(i -> meter.measure(classes[i], pictures.get(i).rgb()).get(attribute))
        .toArray();
  }

  /** What was drawn and played in each clip. */
  private Map<String, DemoClip> known() {
    Map<String, DemoClip> byId = new LinkedHashMap<>();
    plan.forEach(c -> byId.put(c.id(), c));
    return byId;
  }

  private chladni.app.report.Selection selectionTable() {
    Map<String, DemoClip> byId = known();
    int n = selection.clips().size();
    boolean[] kept = new boolean[n];
    boolean[] mismatch = new boolean[n];
    List<chladni.app.report.Selection.Example> examples = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Selection.Entry e = selection.clips().get(i);
      kept[i] = e.kept();
      mismatch[i] = byId.get(e.id()).mismatch();
      if (examples.size() < 60) {
        examples.add(
            new chladni.app.report.Selection.Example(
                e.id(),
                rgb(clips.picture(i)),
                labels(e.pictureTop(), picture[i]),
                labels(e.soundTop(), sound[i]),
                e.kept() ? Optional.of(world.className(e.label())) : Optional.empty(),
                mismatch[i]));
      }
    }
    SelectionQuality quality = SelectionQuality.of(kept, mismatch);
    return new chladni.app.report.Selection(
        n,
        table.size(),
        table.rows(false).length,
        table.rows(true).length,
        Optional.of(
            new chladni.app.report.Selection.Quality(quality.precision(), quality.recall())),
        examples);
  }

  private List<Label> labels(int[] top, float[] probabilities) {
    return IntStream.of(top)
        .mapToObj(c -> new Label(world.className(c), probabilities[c]))
        .toList();
  }

  /** The judge's ten best labels: class and variant. */
  private List<String> labels(float[] logits) {
    return IntStream.of(Selection.top(logits, 10))
        .mapToObj(
            l ->
                "%s %d"
                    .formatted(world.className(l / Scene.VARIANTS), l % Scene.VARIANTS + 1))
        .toList();
  }

  private FloatMatrix logits(Judge judge, List<Picture> pictures) {
    return FloatMatrix.ofRows(judge.opinion(pictures).logits());
  }

  private List<Picture> pictures(int[] rows) {
    return Arrays.stream(rows).mapToObj(r -> clips.picture(table.position()[r])).toList();
  }

  private Sound sound(int position) {
    float[] samples = clips.sound(position).samples();
    float[] scaled = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      scaled[i] = samples[i] / Waveform.SCALE;
    }
    return new Sound(Waveform.RATE, scaled);
  }

  /** Positions spread evenly over so many, chosen before anything was seen. */
  private static int[] spread(int n) {
    int count = Math.min(EXAMPLES, n);
    return IntStream.range(0, count).map(i -> i * n / count).toArray();
  }

  private static float[][] rows(float[][] all, int[] rows) {
    return Arrays.stream(rows).mapToObj(r -> all[r]).toArray(float[][]::new);
  }

  private static Rgb rgb(Picture p) {
    return new Rgb(p.width(), p.height(), p.rgb());
  }
}
