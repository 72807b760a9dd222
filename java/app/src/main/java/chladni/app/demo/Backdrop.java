package chladni.app.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.util.SplittableRandom;

/** The still part of a class's picture, 128×128: shapes in the ground colour over a gradient. */
enum Backdrop {
  SKYLINE((g, r) -> towers(g, r)),
  WAVES(
      (g, r) -> {
        for (int i = 0; i < 4; i++) {
          shift(g, i * 0.1);
          ridge(g, 74 + i * 15, 4, 24 + 5 * i, i * 9);
        }
      }),
  HILLS(
      (g, r) -> {
        ridge(g, 88, 12, 90, 0);
        shift(g, 0.18);
        ridge(g, 104, 9, 70, 40);
      }),
  DUNES(
      (g, r) -> {
        ridge(g, 72, 14, 150, 20);
        shift(g, 0.14);
        ridge(g, 92, 12, 170, 95);
        shift(g, 0.28);
        ridge(g, 113, 8, 120, 10);
      }),
  MOUNTAINS(
      (g, r) -> {
        peaks(g, 60, 46, 8);
        shift(g, 0.2);
        peaks(g, 84, 30, -20);
      }),
  PINES(
      (g, r) -> {
        for (int row = 0; row < 2; row++) {
          shift(g, 0.2 * row);
          for (int x = -6 + 8 * row; x < 140; x += 17) {
            int top = 72 + 20 * row + r.nextInt(12);
            g.fill(new Polygon(new int[] {x, x + 10, x + 20}, new int[] {128, top, 128}, 3));
          }
        }
      }),
  SEABED(
      (g, r) -> {
        ridge(g, 112, 5, 60, 0);
        for (int x = 6; x < 128; x += 13) {
          int top = 66 + r.nextInt(40);
          g.setStroke(new BasicStroke(4, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
          for (int y = top; y < 118; y += 12) {
            g.draw(new Line2D.Double(x + (y / 12 % 2) * 5, y, x + 5 - (y / 12 % 2) * 5, y + 12));
          }
        }
      }),
  STARS(
      (g, r) -> {
        ridge(g, 112, 8, 110, 30);
        shift(g, 0.6);
        for (int i = 0; i < 40; i++) {
          double radius = 0.6 + r.nextDouble();
          dot(g, r.nextInt(128), r.nextInt(100), radius);
        }
      }),
  RAIN(
      (g, r) -> {
        ridge(g, 116, 2, 64, 0);
        g.setStroke(new BasicStroke(2));
        for (int i = 0; i < 46; i++) {
          double x = r.nextInt(150);
          double y = r.nextInt(112) - 8;
          g.draw(new Line2D.Double(x, y, x - 7, y + 17));
        }
      }),
  MEADOW(
      (g, r) -> {
        ridge(g, 82, 6, 128, 0);
        shift(g, 0.35);
        for (int i = 0; i < 30; i++) {
          dot(g, r.nextInt(128), 90 + r.nextInt(36), 1.6);
        }
      }),
  CURTAIN(
      (g, r) -> {
        for (int x = 0; x < 128; x += 16) {
          g.fillRect(x, 0, 8, 128);
        }
      }),
  BANDS(
      (g, r) -> {
        for (int y = 8; y < 128; y += 24) {
          g.fillRect(0, y, 128, 12);
        }
      }),
  CHECKER(
      (g, r) -> {
        for (int i = 0; i < 32; i++) {
          int row = i / 8;
          g.fillRect((i % 8) * 32 + (row % 2) * 16 - 64, 64 + row * 16, 16, 16);
        }
      }),
  RINGS(
      (g, r) -> {
        g.setStroke(new BasicStroke(6));
        for (int radius = 14; radius < 110; radius += 16) {
          g.draw(new Ellipse2D.Double(64 - radius, 74 - radius, 2 * radius, 2 * radius));
        }
      }),
  HONEYCOMB(
      (g, r) -> {
        g.setStroke(new BasicStroke(3));
        for (int i = 0; i < 49; i++) {
          hexagon(g, (i % 7) * 24 - 8 + (i / 7 % 2) * 12, (i / 7) * 21, 13);
        }
      }),
  FURROWS(
      (g, r) -> {
        for (int x = -280; x < 400; x += 40) {
          int near = x - 64;
          int[] xs = {64 + near / 5, 64 + (near + 20) / 5, 84 + near, 64 + near};
          g.fill(new Polygon(xs, new int[] {64, 64, 128, 128}, 4));
        }
      }),
  ARCHES(
      (g, r) -> {
        g.fillRect(0, 0, 128, 128);
        shift(g, -0.5);
        for (int x = 5; x < 128; x += 42) {
          g.fillRect(x, 50, 34, 64);
          g.fill(new Ellipse2D.Double(x, 26, 34, 48));
        }
      }),
  DIAGONALS(
      (g, r) -> {
        for (int x = -128; x < 128; x += 32) {
          int[] xs = {x, x + 15, x + 143, x + 128};
          g.fill(new Polygon(xs, new int[] {0, 0, 128, 128}, 4));
        }
      }),
  SCREEN(
      (g, r) -> {
        for (int i = 0; i < 128; i += 31) {
          g.fillRect(i, 0, 4, 128);
          g.fillRect(0, i, 128, 4);
        }
      }),
  BUBBLES(
      (g, r) -> {
        for (int i = 0; i < 26; i++) {
          dot(g, (i % 6) * 25 + (i / 6 % 2) * 12, (i / 6) * 30 + 6, 4 + r.nextInt(6));
        }
      }),
  RAYS(
      (g, r) -> {
        for (int i = 0; i < 12; i++) {
          double a = StrictMath.PI * i / 6;
          double b = a + StrictMath.PI / 12;
          int[] xs = {
            64, (int) (64 + 180 * StrictMath.cos(a)), (int) (64 + 180 * StrictMath.cos(b))
          };
          int[] ys = {
            96, (int) (96 + 180 * StrictMath.sin(a)), (int) (96 + 180 * StrictMath.sin(b))
          };
          g.fill(new Polygon(xs, ys, 3));
        }
      });

  private final Shapes shapes;

  Backdrop(Shapes shapes) {
    this.shapes = shapes;
  }

  /** Draws gradient and shapes; the same look gives the same pixels. */
  void draw(Graphics2D g, SceneClass.Look look) {
    g.setPaint(new GradientPaint(0, 0, new Color(look.top()), 0, 128, new Color(look.bottom())));
    g.fillRect(0, 0, 128, 128);
    g.setColor(new Color(look.ground()));
    shapes.draw(g, new SplittableRandom(look.top() * 31L + look.ground()));
  }

  private interface Shapes {
    void draw(Graphics2D graphics, SplittableRandom random);
  }

  /** Moves the current colour towards black, or towards white for a negative weight. */
  private static void shift(Graphics2D g, double weight) {
    int towards = weight < 0 ? 0xffffff : 0x000000;
    int rgb = g.getColor().getRGB() & 0xffffff;
    // Dark shapes take their detail from light.
    boolean dark = (rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff) < 180;
    int goal = dark ? 0xffffff - towards : towards;
    g.setColor(new Color(Brush.blend(rgb, goal, Math.abs(weight) * (dark ? 0.6 : 1))));
  }

  private static void ridge(Graphics2D g, double level, double swing, double length, double from) {
    Polygon shape = new Polygon();
    shape.addPoint(0, 128);
    for (int x = 0; x <= 128; x += 4) {
      double angle = 2 * StrictMath.PI * (x + from) / length;
      shape.addPoint(x, (int) StrictMath.rint(level - swing * StrictMath.sin(angle)));
    }
    shape.addPoint(128, 128);
    g.fill(shape);
  }

  private static void peaks(Graphics2D g, int top, int spread, int from) {
    for (int x = from; x < 150; x += spread + 8) {
      int peak = top + (x & 7) * 2;
      int[] xs = {x - spread - 8, x, x + spread + 8};
      g.fill(new Polygon(xs, new int[] {128, peak, 128}, 3));
    }
  }

  private static void towers(Graphics2D g, SplittableRandom r) {
    int x = 0;
    while (x < 128) {
      int width = 10 + r.nextInt(12);
      int height = 18 + r.nextInt(38);
      g.fillRect(x, 128 - height, width, height);
      x += width;
    }
  }

  private static void dot(Graphics2D g, double x, double y, double radius) {
    g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
  }

  private static void hexagon(Graphics2D g, double x, double y, double radius) {
    Polygon shape = new Polygon();
    for (int i = 0; i < 6; i++) {
      double angle = StrictMath.PI * (i + 0.5) / 3;
      shape.addPoint(
          (int) StrictMath.rint(x + radius * StrictMath.cos(angle)),
          (int) StrictMath.rint(y + radius * StrictMath.sin(angle)));
    }
    g.draw(shape);
  }
}
