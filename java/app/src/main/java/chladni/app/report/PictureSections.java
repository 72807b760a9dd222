package chladni.app.report;

import static chladni.app.report.Html.all;
import static chladni.app.report.Html.attr;
import static chladni.app.report.Html.css;
import static chladni.app.report.Html.el;
import static chladni.app.report.Html.text;

import chladni.app.report.Html.Markup;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;


/** The sections that show pictures. How many are shown is bounded, so the page is too. */
final class PictureSections {
  private static final int SOUNDS = 16;
  private static final int RESTORATIONS = 12;
  private static final int NEIGHBOURS = 12;
  private static final int SELECTED = 6;
  private static final int LABELS_SHOWN = 3;

  private final Figures figures;

  PictureSections(Figures figures) {
    this.figures = figures;
  }

  Markup sounds(List<SoundToPicture> examples) {
    List<SoundToPicture> shown = examples.stream().limit(SOUNDS).toList();
    boolean judged = shown.stream().anyMatch(example -> !example.generatedLabels().isEmpty());
    String caption =
        "Pictures generated from sounds that no network has heard. Press a sound to hear it."
            + (judged
                ? " Below each picture stand the judge’s best labels; those that both share are"
                    + " marked."
                : "")
            + Figures.shown(shown.size(), examples.size(), "are shown");
    return figures.figure(
        "wide", el("div", css("sounds"), all(each(shown, this::sound))), "Fig. 6", caption);
  }

  private Markup sound(SoundToPicture example) {
    Set<String> shared =
        example.generatedLabels().stream()
            .limit(LABELS_SHOWN)
            .filter(example.originalLabels().stream().limit(LABELS_SHOWN).toList()::contains)
            .collect(Collectors.toSet());
    String name = example.className().orElse(example.clip());
    Markup verdict = Html.none();
    if (!example.generatedLabels().isEmpty() && !example.originalLabels().isEmpty()) {
      verdict =
          example.firstMatch().isPresent()
              ? el("span", "hit", "top-%d match".formatted(example.firstMatch().getAsInt()))
              : el("span", "miss", "no match");
    }
    Markup original =
        example.original().isEmpty()
            ? Html.none()
            : panel(
                "original",
                example.original().get(),
                "Original frame of " + name,
                example.originalLabels(),
                shared);
    Markup generated =
        panel(
            "generated",
            example.generated(),
            "Picture generated from the sound of " + name,
            example.generatedLabels(),
            shared);
    return el(
        "article",
        el("header", el("h3", text(name)), verdict),
        player(example.sound(), name),
        el("div", css("pair"), original, generated));
  }

  private static Markup panel(
      String role, Rgb picture, String alt, List<String> labels, Set<String> shared) {
    List<Markup> items =
        labels.stream()
            .limit(LABELS_SHOWN)
            .map(label -> el("li", shared.contains(label) ? "shared" : "", label))
            .toList();
    Markup list = items.isEmpty() ? Html.none() : el("ol", css("labels"), all(items));
    return el(
        "div", css(role), Figures.picture(picture, alt), el("p", "role", role), list);
  }

  private static Markup player(Sound sound, String name) {
    Sound excerpt = SoundFigure.excerpt(sound);
    return el(
        "div",
        css("player"),
        el(
            "div",
            css("plate-strip"),
            el(
                "img",
                attr("src", DataUri.png(SoundFigure.spectrogram(excerpt))),
                attr("alt", "Spectrogram of the sound of " + name)),
            Charts.waveform(excerpt),
            el("i", css("head")),
            el(
                "button",
                attr("type", "button"),
                attr("hidden", ""),
                attr("aria-label", "Play the sound of " + name),
                el("span", css("symbol")))),
        el(
            "audio",
            attr("controls", ""),
            attr("preload", "none"),
            attr("src", DataUri.wav(excerpt))));
  }

  Markup selectionExamples(Selection selection) {
    List<Selection.Example> kept =
        selection.examples().stream().filter(e -> e.keptAs().isPresent()).limit(SELECTED).toList();
    List<Selection.Example> thrown =
        selection.examples().stream().filter(e -> e.keptAs().isEmpty()).limit(SELECTED).toList();
    if (kept.isEmpty() && thrown.isEmpty()) {
      return Html.none();
    }
    return figures.figure(
        "wide",
        el("div", css("fates"), fate("Kept", kept), fate("Thrown out", thrown)),
        "Fig. 2",
        "Examples of the selection. Beside each frame: the three best labels of the picture"
            + " classifier and of the sound classifier, with probabilities in per cent."
            + " A clip is kept where the two lists meet.");
  }

  private Markup fate(String title, List<Selection.Example> examples) {
    return examples.isEmpty()
        ? Html.none()
        : el(
            "div",
            el("h3", text(title)),
            el("div", css("clips"), all(each(examples, this::clip))));
  }

  private Markup clip(Selection.Example example) {
    Set<String> shared =
        example.pictureLabels().stream()
            .map(Label::name)
            .filter(example.soundLabels().stream().map(Label::name).toList()::contains)
            .collect(Collectors.toSet());
    String fate = example.keptAs().map(name -> "kept as " + name).orElse("no label in common");
    Markup truth =
        example.knownMismatch() ? el("span", "truth", "a known mismatch") : Html.none();
    return el(
        "article",
        Figures.picture(example.picture(), "Frame of " + example.clip()),
        el(
            "div",
            css("said"),
            labels("picture", example.pictureLabels(), shared),
            labels("sound", example.soundLabels(), shared)),
        el("p", css("fate"), text(fate), truth));
  }

  private static Markup labels(String who, List<Label> labels, Set<String> shared) {
    List<Markup> items =
        labels.stream()
            .limit(LABELS_SHOWN)
            .map(
                label ->
                    el(
                        "li",
                        css(shared.contains(label.name()) ? "shared" : ""),
                        el("span", text(label.name())),
                        el("data", text(Numbers.format("%.0f", 100 * label.probability())))))
            .toList();
    return el("div", el("p", "role", who), el("ol", css("labels"), all(items)));
  }

  Markup restorations(List<Restoration> pairs) {
    List<Restoration> shown = pairs.stream().limit(RESTORATIONS).toList();
    return figures.figure(
        "wide",
        el(
            "div",
            css("pairs"),
            all(
                each(
                    shown,
                    pair ->
                        el(
                            "article",
                            el(
                                "div",
                                css("pair"),
                                Figures.picture(pair.original(), "Original " + pair.className()),
                                Figures.picture(
                                    pair.generated(),
                                    "Restored from image features: " + pair.className())),
                            el("p", "name", pair.className()))))),
        "Fig. 3",
        "Held-out frames (left) and what the image GAN restores from their image features alone"
            + " (right): the most that the last step can do with perfect features."
            + Figures.shown(shown.size(), pairs.size(), "are shown"));
  }

  Markup neighbours(List<RetrievalTable.Neighbour> pairs) {
    List<RetrievalTable.Neighbour> shown = pairs.stream().limit(NEIGHBOURS).toList();
    return figures.figure(
        "wide",
        el("div", css("pairs"), all(each(shown, PictureSections::neighbour))),
        "Fig. 5",
        "A held-out image (left) and the image that belongs to the sound nearest to it in"
            + " multimodal space (right), after the activation."
            + Figures.shown(shown.size(), pairs.size(), "are shown"));
  }

  private static Markup neighbour(RetrievalTable.Neighbour pair) {
    Markup names =
        pair.matches()
            ? el("p", css("name"), el("span", "hit", "✓"), text(" " + pair.imageClass()))
            : el(
                "p",
                css("name"),
                el("span", "miss", "≠"),
                text(" " + pair.imageClass() + " · " + pair.soundClass()));
    return el(
        "article",
        el(
            "div",
            css("pair"),
            Figures.picture(pair.image(), "Image of " + pair.imageClass()),
            Figures.picture(pair.soundImage(), "Image of the sound of " + pair.soundClass())),
        names);
  }

  private static <T> List<Markup> each(
      List<T> items, Function<T, Markup> markup) {
    return items.stream().map(markup).toList();
  }
}
