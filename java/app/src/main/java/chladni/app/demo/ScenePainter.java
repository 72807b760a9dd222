package chladni.app.demo;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** Draws a scene as 128×128 RGB. Safe for several threads; needs no display. */
public final class ScenePainter {
  /** Width and height of a picture in pixels. */
  public static final int SIDE = 128;

  /** Diameter in pixels of a single motif at size 0 and 1; copies share its area. */
  private static final double SMALLEST = 32;

  private static final double LARGEST = 58;
  private static final double LOWEST = 93;
  private static final double HIGHEST = 35;
  private static final BufferedImage[] BACKDROPS = backdrops();

  private ScenePainter() {}

  /** The scene at rest: what the middle frame of its clip shows. */
  public static BufferedImage paint(Scene scene) {
    return paint(scene, 0, 1);
  }

  /**
   * One frame of a clip. The motif swells and shrinks a little with the rhythm; the middle frame,
   * {@code frames / 2}, shows the attributes unchanged.
   */
  public static BufferedImage paint(Scene scene, int frame, int frames) {
    SceneClass.Look look = Catalogue.get(scene.classId()).look();
    SplittableRandom random = new SplittableRandom(scene.seed());
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    image.getRaster().setDataElements(0, 0, BACKDROPS[scene.classId()].getRaster());
    Graphics2D g = graphics(image);
    light(g, random);
    double cycles = (frame - frames / 2) * (0.1 + 0.15 * scene.rhythm());
    double pulse = 1 + 0.06 * StrictMath.sin(2 * StrictMath.PI * cycles);
    int n = scene.copies();
    double share = 1 / StrictMath.sqrt(n);
    double diameter = (SMALLEST + (LARGEST - SMALLEST) * scene.size()) * share;
    double between = scene.count() * Scene.MAX_COPIES - (n - 1);
    double spacing = LARGEST * share * (0.92 + 0.2 * between);
    double x = SIDE / 2.0 + 6 * (random.nextDouble() - 0.5);
    double y = LOWEST + (HIGHEST - LOWEST) * scene.height();
    Brush brush = new Brush(g, Brush.blend(look.dull(), look.vivid(), scene.colour()));
    AffineTransform plain = g.getTransform();
    double side = random.nextBoolean() ? 2.5 : -2.5;
    for (int i = 0; i < n; i++) {
      double offset = i - (n - 1) / 2.0;
      g.translate(x + offset * spacing, y + (n % 2 == 0 || offset != 0 ? step(i, n) * side : 0));
      g.rotate(0.2 * (random.nextDouble() - 0.5));
      g.scale(diameter * pulse, diameter * pulse);
      look.motif().draw(brush);
      g.setTransform(plain);
    }
    g.dispose();
    return image;
  }

  /** The background that all pictures of a class share, before the light of the day. */
  static BufferedImage backdrop(int classId) {
    return BACKDROPS[classId];
  }

  /** Up and down steps that sum to zero, so that the copies' mean height stays. */
  private static double step(int i, int n) {
    return switch (n) {
      case 2 -> i == 0 ? 1 : -1;
      case 3 -> i - 1;
      default -> i % 2 == 0 ? 1 : -1;
    };
  }

  /** A slightly brighter or darker day. */
  private static void light(Graphics2D g, SplittableRandom random) {
    int alpha = random.nextInt(-11, 12);
    g.setColor(alpha < 0 ? new Color(0, 0, 0, -alpha) : new Color(255, 255, 255, alpha));
    g.fillRect(0, 0, SIDE, SIDE);
  }

  private static BufferedImage[] backdrops() {
    BufferedImage[] images = new BufferedImage[Catalogue.SIZE];
    for (int classId = 0; classId < images.length; classId++) {
      images[classId] = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = graphics(images[classId]);
      SceneClass.Look look = Catalogue.get(classId).look();
      look.backdrop().draw(g, look);
      g.dispose();
    }
    return images;
  }

  private static Graphics2D graphics(BufferedImage image) {
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    return g;
  }
}
