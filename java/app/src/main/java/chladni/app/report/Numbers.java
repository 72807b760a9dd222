package chladni.app.report;

import java.util.Locale;

/** How figures are printed: the same digits everywhere, whatever the locale of the machine. */
final class Numbers {
  private static final String THIN = "\u202F";
  private static final String NONE = "–";

  private Numbers() {}

  /** 0.3192 → 31.9 %. */
  static String percent(double rate) {
    return percent(rate, 1);
  }

  static String percent(double rate, int digits) {
    return Double.isFinite(rate) ? bare(rate, digits) + THIN + "%" : NONE;
  }

  /** 0.3192 → 31.92 with two digits, for a table whose caption says per cent. */
  static String bare(double rate, int digits) {
    return Double.isFinite(rate) ? format("%." + digits + "f", 100 * rate) : NONE;
  }

  /** 0.4567 → 0.46. */
  static String r2(double value) {
    return Double.isFinite(value) ? minus(format("%.2f", value)) : NONE;
  }

  /** 3.21 → 3.2 ×. */
  static String factor(double value) {
    return Double.isFinite(value) ? format(value < 10 ? "%.1f" : "%.0f", value) + THIN + "×" : NONE;
  }

  /** 312.4 → 5 min 12 s; short times keep a digit. */
  static String seconds(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    if (value < 60) {
      return format(value < 10 ? "%.1f" : "%.0f", value) + THIN + "s";
    }
    long whole = Math.round(value);
    return whole < 3600
        ? whole / 60 + THIN + "min " + whole % 60 + THIN + "s"
        : whole / 3600 + THIN + "h " + whole / 60 % 60 + THIN + "min";
  }

  static String mib(double value) {
    return Double.isFinite(value) ? count(Math.round(value)) + THIN + "MiB" : NONE;
  }

  /** 12345 → 12,345. */
  static String count(long value) {
    return minus(format("%,d", value));
  }

  /** Three significant digits, for losses and axes. */
  static String loss(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    if (size >= 1000) {
      return count(Math.round(value));
    }
    if (size != 0 && size < 0.001) {
      return minus(format("%.1e", value));
    }
    return minus(format(size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.3f", value));
  }

  /** As few digits as an axis label needs. */
  static String tick(double value) {
    if (value == Math.rint(value)) {
      return count((long) value);
    }
    return minus(
        format("%.6f", value).replaceAll("0+$", "").replaceAll("\\.$", ""));
  }

  /** A metric in full: whole numbers without a point. */
  static String exact(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : format("%.5g", value).replaceAll("(\\.\\d*?)0+$", "$1");
  }

  /** A coordinate of SVG: at most two digits after the point. */
  static String coordinate(double value) {
    double rounded = Math.rint(100 * value) / 100;
    return rounded == Math.rint(rounded)
        ? Long.toString((long) rounded)
        : format("%.2f", rounded).replaceAll("0$", "");
  }

  static String format(String pattern, Object value) {
    return String.format(Locale.ROOT, pattern, value);
  }

  private static String minus(String text) {
    return text.replace('-', '\u2212');
  }
}
