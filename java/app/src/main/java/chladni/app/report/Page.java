package chladni.app.report;

import static chladni.app.report.Html.all;
import static chladni.app.report.Html.attr;
import static chladni.app.report.Html.css;
import static chladni.app.report.Html.el;
import static chladni.app.report.Html.text;

import chladni.app.report.Html.Markup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lays the sections that have data out in one document. */
final class Page {
  /** Forbids every request: what the page needs is inside it. */
  private static final String POLICY =
      "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline';"
          + " script-src 'unsafe-inline'";

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private record Section(String id, String title, Markup body) {}

  private final ReportData data;
  private final List<Metric> metrics;
  private final List<Section> sections = new ArrayList<>();

  private Page(ReportData data, List<Metric> metrics) {
    this.data = data;
    this.metrics = metrics;
  }

  /** The whole document. */
  static String of(ReportData data, List<Metric> metrics) {
    return new Page(data, metrics).document();
  }

  private String document() {
    fill();
    Markup head =
        el(
            "head",
            el("meta", attr("charset", "utf-8")),
            el(
                "meta",
                attr("name", "viewport"),
                attr("content", "width=device-width, initial-scale=1")),
            el("meta", attr("name", "color-scheme"), attr("content", "light dark")),
            el(
                "meta",
                attr("http-equiv", "Content-Security-Policy"),
                attr("content", POLICY)),
            el("title", text(data.header().title())),
            el("style", Html.trusted(resource("report.css"))));
    Markup body =
        el(
            "body",
            masthead(),
            el("main", all(sections.stream().map(Page::section).toList())),
            el(
                "footer",
                text(
                    "Written by Chladni. Every figure on this page stands in metrics.json beside"
                        + " it.")),
            el("script", Html.trusted(resource("report.js"))));
    return "<!doctype html>\n"
        + el("html", attr("lang", "en"), head, body).source()
        + "\n";
  }

  private Markup masthead() {
    RunHeader header = data.header();
    List<Markup> facts = new ArrayList<>();
    facts.add(text("seed " + header.seed()));
    facts.add(text(DAY.format(header.started())));
    facts.add(text(Numbers.seconds(header.secondsTotal())));
    header.peakRssMib().ifPresent(peak -> facts.add(text(Numbers.mib(peak))));
    return el(
        "header",
        css("masthead"),
        Charts.plate(header.seed()),
        el(
            "div",
            el("h1", text(header.title())),
            lede(),
            el("ul", css("run"), all(facts.stream().map(fact -> el("li", fact)).toList()))),
        el(
            "nav",
            all(
                sections.stream()
                    .map(s -> el("a", attr("href", "#" + s.id()), text(s.title())))
                    .toList())));
  }

  private Markup lede() {
    if (data.matches().isEmpty()) {
      return Html.none();
    }
    MatchTable m = data.matches().get();
    return el(
        "p",
        "lede",
        ("From %s sounds that they had never heard, the networks drew pictures. %s of these share"
                + " one of a judge’s ten best labels with the frame filmed with the sound; with the"
                + " frame of another clip, %s do.")
            .formatted(
                Numbers.count(m.pairs()),
                Numbers.percent(m.generated().top10()),
                Numbers.percent(m.shuffled().top10())));
  }

  private void fill() {
    Figures figures = new Figures();
    PictureSections pictures = new PictureSections(figures);
    ResultTables results = new ResultTables(figures);
    RunSections run = new RunSections(figures);
    if (!data.sounds().isEmpty()) {
      add("pictures", "From sound to picture", pictures.sounds(data.sounds()));
    }
    fillOverview(run);
    fillMatches(results);
    data.attributes()
        .ifPresent(
            table -> add("attributes", "What survives of the sound", results.attributes(table)));
    fillSelection(pictures);
    data.retrieval()
        .ifPresent(
            table ->
                add(
                    "multimodal",
                    "One space for both",
                    results.retrieval(table),
                    table.neighbours().isEmpty()
                        ? Html.none()
                        : pictures.neighbours(table.neighbours())));
    if (!data.restorations().isEmpty()) {
      add("features", "From features to pictures", pictures.restorations(data.restorations()));
    }
    if (!data.losses().isEmpty()) {
      add("losses", "Training", results.losses(data.losses()));
    }
    add("cost", "Time and memory", run.cost(data));
    if (!data.failures().isEmpty()) {
      add("failures", "Skipped clips", run.failures(data.failures()));
    }
    RunHeader header = data.header();
    add(
        "run",
        "The run",
        el("pre", el("code", text(header.command()))),
        RunSections.facts(header),
        RunSections.metrics(header.seed(), metrics));
  }

  private void fillOverview(RunSections run) {
    Markup headline = RunSections.headline(data);
    Markup notes = all(data.notes().stream().map(note -> el("p", text(note))).toList());
    List<Target> targets = Targets.of(data);
    Markup table = targets.isEmpty() ? Html.none() : run.targets(targets);
    if (!(headline.source() + notes.source() + table.source()).isEmpty()) {
      add("results", "In short", headline, table, notes);
    }
  }

  private void fillMatches(ResultTables results) {
    Markup judge = data.judge().map(RunSections::judge).orElse(Html.none());
    Markup matches = data.matches().map(results::matches).orElse(Html.none());
    Markup recall = data.recall().map(results::recall).orElse(Html.none());
    if (!(judge.source() + matches.source() + recall.source()).isEmpty()) {
      add("matches", "What a judge sees", judge, matches, recall);
    }
  }

  private void fillSelection(PictureSections pictures) {
    data.selection()
        .ifPresent(
            selection ->
                add(
                    "selection",
                    "The data",
                    RunSections.flow(selection, data.failures().size()),
                    selection.quality().map(RunSections::quality).orElse(Html.none()),
                    pictures.selectionExamples(selection)));
  }

  private void add(String id, String title, Markup... body) {
    sections.add(new Section(id, title, all(body)));
  }

  private static Markup section(Section section) {
    return el(
        "section", attr("id", section.id()), el("h2", text(section.title())), section.body());
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "report: '%s' is missing from the jar of the application. Build it again."
                .formatted(name));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report: " + name + " cannot be read from the jar", e);
    }
  }
}
