package chladni.app.report;

import static chladni.app.report.Html.css;
import static chladni.app.report.Html.el;
import static chladni.app.report.Html.text;

import chladni.app.report.Html.Markup;

/** Numbers the figures and tables of one page in the order in which they are asked for. */
final class Figures {
  private int figures;
  private int tables;

  int tables() {
    return tables;
  }

  /** A figure with its caption below; {@code paper} names the paper's figure or is empty. */
  Markup figure(String css, Markup body, String paper, String caption) {
    figures++;
    return el("figure", css(css), body, caption("Figure " + figures, paper, caption));
  }

  /** A table with its caption above. */
  Markup table(Markup table, String paper, String caption) {
    tables++;
    return el("figure", css("tabular"), caption("Table " + tables, paper, caption), scroll(table));
  }

  private static Markup scroll(Markup table) {
    return el("div", css("scroll"), table);
  }

  private static Markup caption(String number, String paper, String caption) {
    Markup basis =
        paper.isEmpty() ? Html.none() : el("span", css("paper-ref"), text(" after " + paper));
    return el("figcaption", el("b", text(number)), basis, text(". " + caption));
  }

  /** A header cell over a column of numbers. */
  static Markup numberHead(String words) {
    return el("th", css("n"), Html.attr("scope", "col"), text(words));
  }

  static Markup head(String words) {
    return el("th", Html.attr("scope", "col"), text(words));
  }

  static Markup rowHead(String words) {
    return el("th", Html.attr("scope", "row"), text(words));
  }

  static Markup number(String words) {
    return el("td", "n", words);
  }

  static Markup picture(Rgb picture, String alt) {
    return el(
        "img",
        Html.attr("src", DataUri.jpeg(picture)),
        Html.attr("alt", alt),
        Html.attr("width", picture.width()),
        Html.attr("height", picture.height()));
  }

  /** A sentence that says how many of all are shown. */
  static String shown(int shown, int all, String what) {
    return shown == all ? "" : " The first %d of %d %s.".formatted(shown, all, what);
  }
}
