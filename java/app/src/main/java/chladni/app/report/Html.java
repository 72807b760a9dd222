package chladni.app.report;

import java.util.Collection;
import java.util.List;

/**
 * Builds HTML and SVG. Text and attribute values are escaped here and nowhere else; only constants
 * of this package pass as {@link #trusted}.
 */
final class Html {
  private Html() {}

  /** What an element is made of: attributes first, then content. */
  sealed interface Part permits Attribute, Markup {}

  /**
   * An attribute.
   *
   * @param name a constant of this package
   * @param value any text
   */
  record Attribute(String name, String value) implements Part {}

  /**
   * Finished HTML.
   *
   * @param source already escaped
   */
  record Markup(String source) implements Part {}

  static Markup el(String tag, Part... parts) {
    StringBuilder out = new StringBuilder("<").append(tag);
    int i = 0;
    while (i < parts.length && parts[i] instanceof Attribute(String name, String value)) {
      out.append(' ').append(name).append("=\"");
      escape(value, out);
      out.append('"');
      i++;
    }
    out.append('>');
    if (isVoid(tag)) {
      return new Markup(out.toString());
    }
    for (; i < parts.length; i++) {
      switch (parts[i]) {
        case Markup(String source) -> out.append(source);
        case Attribute(String name, _) ->
            throw new IllegalArgumentException(
                "html: attribute '%s' of <%s> must stand before the content."
                    .formatted(name, tag));
      }
    }
    return new Markup(out.append("</").append(tag).append('>').toString());
  }

  /** An element with a class and text. */
  static Markup el(String tag, String css, String text) {
    return css.isEmpty() ? el(tag, text(text)) : el(tag, css(css), text(text));
  }

  static Attribute attr(String name, String value) {
    return new Attribute(name, value);
  }

  static Attribute attr(String name, double value) {
    return new Attribute(name, Numbers.coordinate(value));
  }

  static Attribute css(String classes) {
    return new Attribute("class", classes);
  }

  static Markup text(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    escape(text, out);
    return new Markup(out.toString());
  }

  static Markup all(Collection<Markup> parts) {
    StringBuilder out = new StringBuilder();
    parts.forEach(part -> out.append(part.source()));
    return new Markup(out.toString());
  }

  static Markup all(Markup... parts) {
    return all(List.of(parts));
  }

  static Markup none() {
    return new Markup("");
  }

  /** HTML, CSS or JavaScript that was written by hand for this package. */
  static Markup trusted(String constant) {
    return new Markup(constant);
  }

  private static boolean isVoid(String tag) {
    return switch (tag) {
      case "img", "meta", "br", "link", "input", "hr" -> true;
      default -> false;
    };
  }

  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(Character.isISOControl(c) && c != '\n' && c != '\t' ? '\uFFFD' : c);
      }
    }
  }
}
