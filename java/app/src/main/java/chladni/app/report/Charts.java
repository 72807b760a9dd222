package chladni.app.report;

import static chladni.app.report.Html.all;
import static chladni.app.report.Html.attr;
import static chladni.app.report.Html.css;
import static chladni.app.report.Html.el;
import static chladni.app.report.Html.text;

import chladni.app.report.Html.Attribute;
import chladni.app.report.Html.Markup;
import chladni.sound2image.evaluation.MatchRates;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Inline SVG at the width of a phone, so that its text is never scaled down to nothing; wider pages
 * set several side by side.
 */
final class Charts {
  private static final double WIDTH = 360;
  private static final double HEIGHT = 190;
  private static final double LEFT = 44;
  private static final double RIGHT = 350;
  private static final double TOP = 10;
  private static final double BOTTOM = 164;
  private static final double DECADES_FOR_LOG = 1.5;

  private Charts() {}

  /** Means of the losses as lines over their ranges as bands. */
  static Markup losses(String title, List<Curve> curves) {
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    double lastStep = 0;
    for (Curve curve : curves) {
      for (int i = 0; i < curve.steps().length; i++) {
        least = Math.min(least, curve.means()[i]);
        greatest = Math.max(greatest, curve.means()[i]);
        lastStep = Math.max(lastStep, curve.steps()[i]);
      }
    }
    if (!(least <= greatest)) {
      return el("p", "quiet", "Nothing finite was logged.");
    }
    boolean log = least > 0 && Math.log10(greatest / least) > DECADES_FOR_LOG;
    Scale y = log ? Scale.log(least, greatest) : Scale.linear(Math.min(least, 0), greatest);
    Scale x = Scale.exact(0, Math.max(lastStep, 1));
    List<Markup> parts = new ArrayList<>();
    parts.add(el("title", text(title)));
    for (double tick : y.ticks(5)) {
      double at = BOTTOM - y.at(tick) * (BOTTOM - TOP);
      parts.add(line("grid", LEFT, at, RIGHT, at));
      parts.add(label("tick end", LEFT - 6, at + 4, Numbers.tick(tick)));
    }
    for (double tick : x.ticks(4)) {
      double at = LEFT + x.at(tick) * (RIGHT - LEFT);
      parts.add(label("tick mid", at, BOTTOM + 18, Numbers.tick(tick)));
    }
    for (int i = 0; i < curves.size(); i++) {
      Curve curve = curves.get(i);
      StringBuilder mean = new StringBuilder("M");
      StringBuilder band = new StringBuilder("M");
      int n = curve.steps().length;
      for (int p = 0; p < n; p++) {
        point(mean, x, y, curve.steps()[p], curve.means()[p]);
        point(band, x, y, curve.steps()[p], curve.greatest()[p]);
      }
      for (int p = n - 1; p >= 0; p--) {
        point(band, x, y, curve.steps()[p], curve.least()[p]);
      }
      if (n > 0) {
        parts.add(el("path", css("band s" + i), attr("d", band.append('Z').toString())));
        parts.add(el("path", css("curve s" + i), attr("d", mean.toString())));
      }
    }
    return svg("chart", WIDTH, HEIGHT, parts);
  }

  private static void point(StringBuilder path, Scale x, Scale y, double step, double value) {
    double px = LEFT + x.at(step) * (RIGHT - LEFT);
    // The scale follows the means; a rare outlier is cut at the frame.
    double py = BOTTOM - Math.clamp(y.at(value), 0, 1) * (BOTTOM - TOP);
    path.append(Numbers.coordinate(px)).append(' ').append(Numbers.coordinate(py)).append(' ');
  }

  /** One generator in the chart of match rates. */
  record Rates(String css, MatchRates rates) {}

  /** A row per k, a dot per generator. */
  static Markup rates(String title, List<Rates> generators) {
    double most = 0;
    for (Rates generator : generators) {
      most = Math.max(most, generator.rates().top10());
    }
    double left = 56;
    Scale x = Scale.linear(0, Math.max(most, 0.01) * 100);
    List<Markup> parts = new ArrayList<>();
    parts.add(el("title", text(title)));
    double bottom = 188;
    for (double tick : x.ticks(5)) {
      double at = left + x.at(tick) * (RIGHT - 6 - left);
      parts.add(line("grid", at, 6, at, bottom));
      parts.add(label("tick mid", at, bottom + 17, Numbers.tick(tick)));
    }
    for (int row = 0; row < MatchRates.KS.size(); row++) {
      int k = MatchRates.KS.get(row);
      double at = 28 + 46 * row;
      parts.add(label("tick end strong", left - 10, at + 4, "top " + k));
      parts.add(line("axis", left, at, RIGHT - 6, at));
      for (int i = generators.size() - 1; i >= 0; i--) {
        Rates generator = generators.get(i);
        double cx = left + x.at(100 * generator.rates().at(k)) * (RIGHT - 6 - left);
        double r = i == 0 ? 6.5 : 5;
        parts.add(
            el(
                "circle",
                css("dot " + generator.css()),
                attr("cx", cx),
                attr("cy", at),
                attr("r", r)));
      }
    }
    return svg("chart", WIDTH, bottom + 24, parts);
  }

  /** R² as a bar from zero, with a mark where its ceiling stands. */
  static Markup share(double value, double ceiling) {
    double width = 120;
    double to = Math.clamp(value, 0, 1) * width;
    double mark = Math.clamp(ceiling, 0, 1) * width;
    return svg(
        "share",
        width,
        14,
        List.of(
            el("title", text("%s of %s".formatted(Numbers.r2(value), Numbers.r2(ceiling)))),
            rect("track", 0, 5, width, 4),
            rect("fill", 0, 5, to, 4),
            line("mark", mark, 0, mark, 14)));
  }

  /** A bar for the share of a stage. */
  static Markup part(double share) {
    return svg("part", 80, 8, List.of(rect("fill", 0, 0, Math.clamp(share, 0, 1) * 80, 8)));
  }

  /** Greatest amplitude of neighbouring stretches, mirrored. */
  static Markup waveform(Sound sound) {
    int bars = 80;
    float[] samples = sound.samples();
    float peak = 1e-6f;
    for (float sample : samples) {
      peak = Math.max(peak, Math.abs(sample));
    }
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < bars; i++) {
      int from = (int) ((long) samples.length * i / bars);
      int to = Math.max(from + 1, (int) ((long) samples.length * (i + 1) / bars));
      float most = 0;
      for (int j = from; j < Math.min(to, samples.length); j++) {
        most = Math.max(most, Math.abs(samples[j]));
      }
      String half = Numbers.coordinate(0.5 + 11 * most / peak);
      String whole = Numbers.coordinate(2 * (0.5 + 11 * most / peak));
      path.append("M%d 12v-%sv%s".formatted(3 * i + 1, half, whole));
    }
    return el(
        "svg",
        css("wave"),
        attr("viewBox", "0 0 %d 24".formatted(3 * bars)),
        attr("preserveAspectRatio", "none"),
        attr("aria-hidden", "true"),
        el("path", attr("d", path.toString())));
  }

  /** Sand on a plate: grains gather where the plate of this mode stands still. */
  static Markup plate(long seed) {
    int[][] modes = {{2, 5}, {3, 5}, {3, 4}, {4, 5}, {3, 7}, {4, 6}, {5, 6}, {2, 7}};
    SplittableRandom random = new SplittableRandom(seed);
    int[] mode = modes[random.nextInt(modes.length)];
    double sign = random.nextBoolean() ? 1 : -1;
    StringBuilder grains = new StringBuilder();
    int placed = 0;
    while (placed < 1500) {
      double x = random.nextDouble();
      double y = random.nextDouble();
      double a = Math.cos(mode[0] * Math.PI * x) * Math.cos(mode[1] * Math.PI * y);
      double b = Math.cos(mode[1] * Math.PI * x) * Math.cos(mode[0] * Math.PI * y);
      double still = (a + sign * b) / 0.09;
      if (random.nextDouble() < Math.exp(-still * still)) {
        grains.append("M%s %sh0".formatted(grain(x), grain(y)));
        placed++;
      }
    }
    return svg(
        "plate",
        120,
        120,
        List.of(
            el("title", text("The Chladni figure of mode (%d, %d)".formatted(mode[0], mode[1]))),
            rect("ground", 0, 0, 120, 120),
            el("path", css("grains"), attr("d", grains.toString()))));
  }

  private static String grain(double at) {
    return Numbers.format("%.1f", 6 + 108 * at);
  }

  private static Markup svg(String css, double width, double height, List<Markup> parts) {
    Attribute box =
        attr(
            "viewBox",
            "0 0 %s %s".formatted(Numbers.coordinate(width), Numbers.coordinate(height)));
    return el("svg", css(css), box, attr("role", "img"), all(parts));
  }

  private static Markup line(String css, double x1, double y1, double x2, double y2) {
    return el(
        "line", css(css), attr("x1", x1), attr("y1", y1), attr("x2", x2), attr("y2", y2));
  }

  private static Markup rect(String css, double x, double y, double width, double height) {
    return el(
        "rect",
        css(css),
        attr("x", x),
        attr("y", y),
        attr("width", width),
        attr("height", height));
  }

  private static Markup label(String css, double x, double y, String words) {
    return el("text", css(css), attr("x", x), attr("y", y), text(words));
  }
}
