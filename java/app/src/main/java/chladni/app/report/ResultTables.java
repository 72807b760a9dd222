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

import chladni.app.report.Charts.Rates;
import chladni.app.report.Html.Markup;
import chladni.sound2image.evaluation.MatchRates;
import chladni.sound2image.evaluation.RecallAtK;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Tables and charts of what was measured. */
final class ResultTables {
  /** What the paper's own column must never be printed without. */
  static final String OTHER = "other data, classes and judge";

  private static final int[] RECALL_KS = {1, 5, 10};

  private final Figures figures;

  ResultTables(Figures figures) {
    this.figures = figures;
  }

  private record Column(String name, String css, MatchRates rates) {}

  Markup matches(MatchTable table) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("Generated", "ours", table.generated()));
    table.nearestNeighbour().ifPresent(r -> columns.add(new Column("Nearest", "nearest", r)));
    table.classMean().ifPresent(r -> columns.add(new Column("Class mean", "mean", r)));
    columns.add(new Column("Shuffled", "shuffled", table.shuffled()));
    columns.add(new Column("Chance", "chance", table.chance()));
    columns.add(new Column("Paper*", "paper", MatchRates.PAPER));
    Markup chart =
        Charts.rates(
            "Match rates in per cent for the top 1, 3, 5 and 10 labels",
            columns.stream().map(c -> new Rates(c.css(), c.rates())).toList());
    Markup legend =
        el(
            "ul",
            css("legend"),
            all(
                columns.stream()
                    .map(c -> el("li", el("i", css("swatch " + c.css())), text(c.name())))
                    .toList()));
    List<Markup> heads = new ArrayList<>(List.of(head("k")));
    MatchRates.KS.forEach(k -> heads.add(numberHead(k.toString())));
    List<Markup> rows = new ArrayList<>();
    for (Column column : columns) {
      boolean ours = "ours".equals(column.css());
      Markup name =
          el(
              "th",
              attr("scope", "row"),
              el("i", css("swatch " + column.css())),
              text(column.name()));
      rows.add(
          rates(
              name,
              k -> el("td", ours ? "n strong" : "n", Numbers.bare(column.rates().at(k), 2))));
      if (ours) {
        MatchRates lift = column.rates().liftOver(table.shuffled());
        rows.add(rates(rowHead("over shuffled"), k -> number(Numbers.factor(lift.at(k)))));
      }
    }
    return el(
        "div",
        css("beside"),
        figures.figure(
            "", all(chart, legend), "Fig. 7", "Match rates of Table %d.".formatted(nextTable())),
        figures.table(
            table(heads, rows),
            "Fig. 7",
            ("Per cent of %s held-out pairs that share one of the judge’s k best of %s labels."
                    + " Nearest: the picture of the most similar training sound. Class mean: the"
                    + " mean training picture of the class. Shuffled: each generated picture"
                    + " against another clip’s original, all exchanges averaged. *%s.")
                .formatted(
                    Numbers.count(table.pairs()), Numbers.count(table.labels()), capital(OTHER))));
  }

  private static Markup rates(Markup name, IntFunction<Markup> cell) {
    return el(
        "tr", name, all(MatchRates.KS.stream().map(k -> cell.apply(k)).toList()));
  }

  private int nextTable() {
    return figures.tables() + 1;
  }

  Markup recall(RecallAtK recall) {
    List<Markup> rows = new ArrayList<>();
    for (int k : RECALL_KS) {
      rows.add(
          el(
              "tr",
              rowHead("R@%d of %d".formatted(k, recall.candidates())),
              el("td", "n strong", Numbers.bare(recall.at(k), 1)),
              number(Numbers.bare(recall.chance(k), 1))));
    }
    return figures.table(
        table(List.of(head("Original found"), numberHead("Generated"), numberHead("Chance")), rows),
        "",
        ("Per cent of generated pictures whose own original is among the k nearest of %d held-out"
                + " pictures, by %s distance of the judge’s features; ties count against the"
                + " generator.")
            .formatted(
                recall.candidates(), recall.distance().name().toLowerCase(Locale.ROOT)));
  }

  Markup attributes(AttributeTable table) {
    boolean original = table.rows().stream().anyMatch(row -> row.inOriginal().isPresent());
    List<Markup> heads = new ArrayList<>(List.of(head("Sound → picture"), numberHead("R²")));
    heads.add(el("th", css("roomy"), attr("scope", "col"), text("of the ceiling")));
    table.layers().forEach(layer -> heads.add(numberHead(layer)));
    if (original) {
      heads.add(numberHead("original"));
    }
    List<Markup> rows = new ArrayList<>();
    for (AttributeTable.Row row : table.rows()) {
      List<Markup> cells = new ArrayList<>();
      double r2 = row.fidelity().r2();
      cells.add(rowHead(row.sound() + " → " + row.picture()));
      cells.add(el("td", "n strong", Numbers.r2(r2)));
      cells.add(el("td", css("roomy"), Charts.share(r2, row.ceilings().get(table.ceilingLayer()))));
      row.ceilings().forEach(ceiling -> cells.add(number(Numbers.r2(ceiling))));
      if (original) {
        cells.add(number(Numbers.r2(row.inOriginal().orElse(Double.NaN))));
      }
      rows.add(el("tr", all(cells)));
    }
    List<Markup> mean = new ArrayList<>();
    mean.add(rowHead("Mean"));
    mean.add(el("td", "n strong", Numbers.r2(table.meanR2())));
    mean.add(el("td", css("roomy"), Charts.share(table.meanR2(), table.meanCeiling())));
    for (int layer = 0; layer < table.layers().size(); layer++) {
      mean.add(number(Numbers.r2(table.meanCeiling(layer))));
    }
    if (original) {
      mean.add(number(""));
    }
    rows.add(el("tr", css("total"), all(mean)));
    int unmeasured =
        table.rows().stream().mapToInt(row -> row.fidelity().unmeasured()).max().orElse(0);
    return figures.table(
        table(heads, rows),
        "",
        ("How much of a sound’s attribute can be read from the generated picture, within classes:"
                + " the squared correlation, negative where the picture moves the wrong way. Beside"
                + " it what a linear probe reads from %s on held-out clips; the ceiling is %s.%s%s")
            .formatted(
                String.join(", ", table.layers()),
                table.layers().get(table.ceilingLayer()),
                original ? " Original: the same measurement on the original frames." : "",
                unmeasured == 0
                    ? ""
                    : (" In up to %d pictures nothing could be measured; they count as knowing"
                            + " nothing.")
                        .formatted(unmeasured)));
  }

  Markup retrieval(RetrievalTable t) {
    List<Markup> rows =
        List.of(
            row("before activation, training", t.preTrain(), t.chanceTrain(), "28.2"),
            row("before activation, held out", t.preHeldOut(), t.chanceHeldOut(), "16.3"),
            row("after activation, training", t.postTrain(), t.chanceTrain(), "47.1"),
            row("after activation, held out", t.postHeldOut(), t.chanceHeldOut(), "25.3"));
    return figures.table(
        table(
            List.of(
                head("Multimodal vectors"),
                numberHead("This run"),
                numberHead("Chance"),
                numberHead("Paper*")),
            rows),
        "section 5.3",
        ("Per cent of images whose nearest sound in multimodal space (Euclidean) has their class."
                + " *%s.")
            .formatted(capital(OTHER)));
  }

  private static Markup row(String name, double here, double chance, String paper) {
    return el(
        "tr",
        rowHead(name),
        el("td", "n strong", Numbers.bare(here, 1)),
        number(Numbers.bare(chance, 1)),
        number(paper));
  }

  Markup losses(List<LossCurves> networks) {
    return figures.figure(
        "wide",
        el("div", css("losses"), all(networks.stream().map(ResultTables::network).toList())),
        "",
        "Losses over the training steps: means as lines, ranges as bands. Beside each name its mean"
            + " over the last twentieth.");
  }

  private static Markup network(LossCurves network) {
    List<Curve> curves = network.series().stream().map(Curve::of).toList();
    List<Markup> legend = new ArrayList<>();
    for (int i = 0; i < curves.size(); i++) {
      legend.add(
          el(
              "li",
              el("i", css("swatch line s" + i)),
              text(network.series().get(i).name() + " "),
              el("data", text(Numbers.loss(curves.get(i).last())))));
    }
    return el(
        "article",
        el("h3", text(network.network())),
        el("p", "quiet", network.note()),
        Charts.losses("Losses of " + network.network(), curves),
        el("ul", css("legend"), all(legend)));
  }

  /** A table of head cells and finished rows. */
  static Markup table(List<Markup> heads, List<Markup> rows) {
    return el("table", el("thead", el("tr", all(heads))), el("tbody", all(rows)));
  }

  static <T> Markup table(List<Markup> heads, List<T> items, Function<T, Markup> row) {
    return table(heads, items.stream().map(row).toList());
  }

  private static String capital(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
