package chladni.app.report;

import static chladni.app.report.Figures.head;
import static chladni.app.report.Figures.number;
import static chladni.app.report.Figures.numberHead;
import static chladni.app.report.Figures.rowHead;
import static chladni.app.report.Html.all;
import static chladni.app.report.Html.attr;
import static chladni.app.report.Html.css;
import static chladni.app.report.Html.el;
import static chladni.app.report.Html.text;

import chladni.app.report.Html.Markup;
import java.util.ArrayList;
import java.util.List;

/** What the run was, what it promised and what it cost. */
final class RunSections {
  private static final int FAILURES = 100;

  private final Figures figures;

  RunSections(Figures figures) {
    this.figures = figures;
  }

  /** The figures that a stranger wants first, each beside what it must be read against. */
  static Markup headline(ReportData data) {
    List<Markup> items = new ArrayList<>();
    data.matches()
        .ifPresent(
            m ->
                items.add(
                    headline(
                        Numbers.percent(m.generated().top10()),
                        "share a top-10 label with the original",
                        "shuffled pairs " + Numbers.percent(m.shuffled().top10()))));
    data.recall()
        .ifPresent(
            r ->
                items.add(
                    headline(
                        Numbers.percent(r.at(10)),
                        "find the original among the first 10 of " + r.candidates(),
                        "chance " + Numbers.percent(r.chance(10)))));
    data.attributes()
        .ifPresent(
            a ->
                items.add(
                    headline(
                        Numbers.r2(a.meanR2()),
                        "mean R² of %s in the picture".formatted(sounds(a)),
                        "ceiling " + Numbers.r2(a.meanCeiling()))));
    data.retrieval()
        .ifPresent(
            r ->
                items.add(
                    headline(
                        Numbers.percent(r.postHeldOut()),
                        "of held-out images find a sound of their class",
                        "chance " + Numbers.percent(r.chanceHeldOut()))));
    return items.isEmpty() ? Html.none() : el("dl", css("headline"), all(items));
  }

  private static String sounds(AttributeTable table) {
    List<String> names = table.rows().stream().map(AttributeTable.Row::sound).toList();
    int last = names.size() - 1;
    return last == 0
        ? names.getFirst()
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  private static Markup headline(String value, String meaning, String beside) {
    return el(
        "div", el("dd", "value", value), el("dt", text(meaning)), el("dd", "beside-it", beside));
  }

  Markup targets(List<Target> targets) {
    long reached = targets.stream().filter(Target::reached).count();
    return figures.table(
        ResultTables.table(
            List.of(head("Target"), numberHead("Asked"), numberHead("Measured"), head("")),
            targets,
            RunSections::target),
        "",
        "%d of %d targets reached. The paper’s rates come from %s."
            .formatted(reached, targets.size(), ResultTables.OTHER));
  }

  private static Markup target(Target target) {
    Markup basis =
        target.basis().isEmpty() ? Html.none() : el("small", text(" " + target.basis()));
    return el(
        "tr",
        css(target.reached() ? "reached" : "missed"),
        el("th", attr("scope", "row"), text(target.what()), basis),
        number(
            Double.isNaN(target.bound())
                ? "–"
                : target.relation().sign() + " " + print(target, target.bound())),
        el("td", "n strong", print(target, target.value())),
        el(
            "td",
            css("verdict"),
            text(target.reached() ? "✓ " : "✗ "),
            el("span", text(target.reached() ? "reached" : "missed"))));
  }

  private static String print(Target target, double value) {
    return switch (target.unit()) {
      case RATE -> Numbers.percent(value, 2);
      case R2 -> Numbers.r2(value);
      case SECONDS -> Numbers.seconds(value);
      case MIB -> Numbers.mib(value);
    };
  }

  static Markup flow(Selection selection, int failed) {
    List<Markup> steps = new ArrayList<>();
    if (failed > 0) {
      steps.add(step(selection.clips() + failed, "clips offered"));
    }
    steps.add(step(selection.clips(), "clips read"));
    steps.add(step(selection.kept(), "share a top-3 label"));
    steps.add(step(selection.train(), "train"));
    steps.add(step(selection.heldOut(), "held out"));
    return el("ol", css("flow"), all(steps));
  }

  private static Markup step(int count, String meaning) {
    return el("li", el("b", text(Numbers.count(count))), text(" " + meaning));
  }

  static Markup quality(Selection.Quality quality) {
    return el(
        "p",
        text("Against known mismatches the selection reaches a precision of "),
        el("b", text(Numbers.percent(quality.precision()))),
        text(" and a recall of "),
        el("b", text(Numbers.percent(quality.recall()))),
        text("."));
  }

  static Markup judge(Judge judge) {
    String fine =
        judge.classAccuracy().isPresent()
            ? " (%s counting the class only)"
                .formatted(Numbers.percent(judge.classAccuracy().getAsDouble()))
            : "";
    return el(
        "p",
        text(
            ("The judge knows %s labels and names %s of %s fresh pictures correctly%s. It shares no"
                    + " weights, seed or pictures with the networks that it judges.")
                .formatted(
                    Numbers.count(judge.labels()),
                    Numbers.percent(judge.accuracy()),
                    Numbers.count(judge.pictures()),
                    fine)));
  }

  Markup cost(ReportData data) {
    List<Stage> stages = data.stages();
    double total = data.header().secondsTotal();
    double most = stages.stream().mapToDouble(Stage::seconds).max().orElse(1);
    boolean memory = stages.stream().anyMatch(stage -> stage.peakRssMib().isPresent());
    double scale = data.demoTargets() ? Math.max(total, Targets.SECONDS) : total;
    List<Markup> segments = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      segments.add(
          el(
              "i",
              css("t" + i % 2),
              attr("style", "width:" + Numbers.coordinate(100 * stage.seconds() / scale) + "%"),
              attr("title", stage.name() + ", " + Numbers.seconds(stage.seconds()))));
    }
    if (stages.isEmpty()) {
      String width = "width:" + Numbers.coordinate(100 * total / scale) + "%";
      segments.add(el("i", css("t0"), attr("style", width)));
    }
    Markup time =
        budget(
            "Time",
            Numbers.seconds(total),
            data.demoTargets() ? "budget " + Numbers.seconds(Targets.SECONDS) : "",
            el("div", css("bar"), all(segments)),
            data.demoTargets() ? Targets.SECONDS / scale : Double.NaN);
    Markup room = Html.none();
    if (data.header().peakRssMib().isPresent()) {
      double peak = data.header().peakRssMib().getAsDouble();
      double span = data.demoTargets() ? Math.max(peak, Targets.RSS_MIB) : peak;
      Markup bar =
          el(
              "div",
              css("bar"),
              el(
                  "i",
                  css("t0"),
                  attr("style", "width:" + Numbers.coordinate(100 * peak / span) + "%")));
      room =
          budget(
              "Memory",
              Numbers.mib(peak),
              data.demoTargets() ? "budget " + Numbers.mib(Targets.RSS_MIB) : "",
              bar,
              data.demoTargets() ? Targets.RSS_MIB / span : Double.NaN);
    }
    List<Markup> heads = new ArrayList<>(List.of(head("Stage"), numberHead("Time"), head("")));
    if (memory) {
      heads.add(numberHead("Peak memory"));
    }
    Markup table =
        ResultTables.table(
            heads,
            stages,
            stage ->
                el(
                    "tr",
                    el(
                        "th",
                        attr("scope", "row"),
                        text(stage.name()),
                        el("small", text(" " + stage.note()))),
                    number(Numbers.seconds(stage.seconds())),
                    el("td", css("spark"), Charts.part(stage.seconds() / most)),
                    memory
                        ? number(Numbers.mib(stage.peakRssMib().orElse(Double.NaN)))
                        : Html.none()));
    return all(
        figures.figure(
            "wide",
            all(time, room),
            "",
            (stages.isEmpty() ? "The run as a whole" : "The stages of the run in their order")
                + (data.demoTargets() ? "; the marks are the demo’s budgets." : ".")),
        stages.isEmpty()
            ? Html.none()
            : figures.table(
                table, "", "Wall-clock time and largest resident memory of all processes."));
  }

  private static Markup budget(
      String name, String value, String limit, Markup bar, double mark) {
    Markup line =
        Double.isNaN(mark)
            ? Html.none()
            : el("i", css("limit"), attr("style", "left:" + Numbers.coordinate(100 * mark) + "%"));
    return el(
        "div",
        css("budget"),
        el("p", el("b", text(name)), text(" " + value), el("span", "quiet", limit)),
        el("div", css("rail"), bar, line));
  }

  Markup failures(List<Failure> failures) {
    List<Failure> shown = failures.stream().limit(FAILURES).toList();
    return figures.table(
        ResultTables.table(
            List.of(head("Clip"), head("Reason")),
            shown,
            failure ->
                el("tr", rowHead(failure.clip()), el("td", text(failure.reason())))),
        "",
        "Clips that were skipped." + Figures.shown(shown.size(), failures.size(), "are listed"));
  }

  static Markup facts(RunHeader header) {
    return el(
        "div",
        css("facts"),
        facts("Preset", header.preset()),
        facts("Machine", header.machine()));
  }

  private static Markup facts(String title, List<Fact> facts) {
    return facts.isEmpty()
        ? Html.none()
        : el(
            "div",
            el("h3", text(title)),
            el(
                "dl",
                all(
                    facts.stream()
                        .map(f -> all(el("dt", text(f.name())), el("dd", text(f.value()))))
                        .toList())));
  }

  static Markup metrics(long seed, List<Metric> metrics) {
    List<Markup> rows = new ArrayList<>();
    rows.add(metric("seed", Long.toString(seed), "seed of the run"));
    metrics.forEach(m -> rows.add(metric(m.key(), Numbers.exact(m.value()), m.meaning())));
    return el(
        "details",
        el("summary", text("All %d figures of metrics.json".formatted(rows.size()))),
        el(
            "div",
            css("scroll"),
            ResultTables.table(
                List.of(head("Key"), numberHead("Value"), head("Meaning")), rows)));
  }

  private static Markup metric(String key, String value, String meaning) {
    return el(
        "tr",
        el("th", attr("scope", "row"), el("code", text(key))),
        number(value),
        el("td", text(meaning)));
  }
}
