package chladni.app.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;

/**
 * A few verbs to draw a motif in units of its own size. All its colours derive linearly from the
 * body colour, so that the motif's mean colour tells the body's.
 */
final class Brush {
  private final Graphics2D graphics;
  private final Color body;
  private final Color shade;
  private final Color light;

  Brush(Graphics2D graphics, int bodyRgb) {
    this.graphics = graphics;
    this.body = new Color(bodyRgb);
    this.shade = new Color(blend(bodyRgb, 0x000000, 0.38));
    this.light = new Color(blend(bodyRgb, 0xffffff, 0.45));
  }

  /** The colour between two, 0 for the first, 1 for the second. */
  static int blend(int from, int to, double weight) {
    int rgb = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      double low = from >> shift & 0xff;
      double high = to >> shift & 0xff;
      rgb |= (int) (low + (high - low) * weight + 0.5) << shift;
    }
    return rgb;
  }

  Brush body() {
    graphics.setColor(body);
    return this;
  }

  Brush shade() {
    graphics.setColor(shade);
    return this;
  }

  Brush light() {
    graphics.setColor(light);
    return this;
  }

  /** An ellipse by its centre and radii. */
  Brush disc(double x, double y, double rx, double ry) {
    graphics.fill(new Ellipse2D.Double(x - rx, y - ry, 2 * rx, 2 * ry));
    return this;
  }

  /** A sector of an ellipse, degrees counted counter-clockwise from the right. */
  Brush pie(double x, double y, double rx, double ry, double start, double extent) {
    graphics.fill(new Arc2D.Double(x - rx, y - ry, 2 * rx, 2 * ry, start, extent, Arc2D.PIE));
    return this;
  }

  /** The outline of an ellipse. */
  Brush ring(double x, double y, double rx, double ry, double width) {
    graphics.setStroke(new BasicStroke((float) width));
    graphics.draw(new Ellipse2D.Double(x - rx, y - ry, 2 * rx, 2 * ry));
    return this;
  }

  /** A rectangle by two corners. */
  Brush box(double x0, double y0, double x1, double y1) {
    graphics.fill(new Rectangle2D.Double(x0, y0, x1 - x0, y1 - y0));
    return this;
  }

  /** A rectangle with round corners. */
  Brush slab(double x0, double y0, double x1, double y1, double round) {
    graphics.fill(new RoundRectangle2D.Double(x0, y0, x1 - x0, y1 - y0, round, round));
    return this;
  }

  /** A polygon from x, y, x, y … */
  Brush poly(double... xy) {
    Path2D path = new Path2D.Double();
    path.moveTo(xy[0], xy[1]);
    for (int i = 2; i < xy.length; i += 2) {
      path.lineTo(xy[i], xy[i + 1]);
    }
    path.closePath();
    graphics.fill(path);
    return this;
  }

  /** A smooth closed curve that the points pull outwards. */
  Brush blob(double... xy) {
    int n = xy.length;
    Path2D path = new Path2D.Double();
    path.moveTo((xy[n - 2] + xy[0]) / 2, (xy[n - 1] + xy[1]) / 2);
    for (int i = 0; i < n; i += 2) {
      int j = (i + 2) % n;
      path.quadTo(xy[i], xy[i + 1], (xy[i] + xy[j]) / 2, (xy[i + 1] + xy[j + 1]) / 2);
    }
    path.closePath();
    graphics.fill(path);
    return this;
  }

  /** A polyline with round ends. */
  Brush line(double width, double... xy) {
    Path2D path = new Path2D.Double();
    path.moveTo(xy[0], xy[1]);
    for (int i = 2; i < xy.length; i += 2) {
      path.lineTo(xy[i], xy[i + 1]);
    }
    graphics.setStroke(
        new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(path);
    return this;
  }

  /**
   * A star or gear outline: {@code points} tips at radius {@code outer}, valleys at {@code inner}.
   */
  Brush star(int points, double outer, double inner) {
    double[] xy = new double[points * 4];
    for (int i = 0; i < points * 2; i++) {
      double angle = StrictMath.PI * (i / (double) points - 0.5);
      double radius = i % 2 == 0 ? outer : inner;
      xy[2 * i] = radius * StrictMath.cos(angle);
      xy[2 * i + 1] = radius * StrictMath.sin(angle);
    }
    return poly(xy);
  }
}
