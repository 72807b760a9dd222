package chladni.app.demo;

import java.awt.image.BufferedImage;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Reads the attributes back from a picture of a known class, drawn or generated. The picture is
 * compared with the class's background after both were blurred and the common tint taken off; what
 * differs is the motif. Four moments of the difference (height, area, spread, colour) become
 * attributes by straight lines that are fitted once per class on drawn scenes.
 *
 * <p>Safe for several threads.
 */
public final class AttributeMeter {
  /**
   * Pictures are measured at half size: attributes are large, and it takes a quarter of the time.
   */
  private static final int SIDE = ScenePainter.SIDE / 2;

  private static final int PIXELS = SIDE * SIDE;
  private static final int BYTES = 3 * ScenePainter.SIDE * ScenePainter.SIDE;

  /** Scenes drawn to fit the lines of a class. */
  private static final int SAMPLES = 32;

  private static final long SAMPLE_SEED = 0x4d65746572L;
  private static final int BLUR = 1;

  /** The lines are fitted on sharp and on softened scenes, since generators soften. */
  private static final int SOFTENING = 2;

  private static final int[] SOFTNESS = {0, 1, 2, 3};

  /** Differences up to this distance in RGB are light and texture, from the second on motif. */
  private static final double NOTHING = 24;

  private static final double MOTIF = 64;

  private final AtomicReferenceArray<ClassMeter> meters =
      new AtomicReferenceArray<>(Catalogue.SIZE);

  /**
   * Measures a picture.
   *
   * @param classId the class whose background and motif are expected
   * @param rgb 128×128 pixels, rows from the top, three bytes a pixel
   * @return for every attribute what the picture shows, about [0, 1] on drawn scenes and limited to
   *     [-0.5, 1.5]
   * @throws IllegalArgumentException when the array has another length
   */
  public Map<Attribute, Double> measure(int classId, byte[] rgb) {
    if (rgb.length != BYTES) {
      throw new IllegalArgumentException(
          "attribute meter: a picture must hold 128×128 RGB pixels, %d bytes, got %d. Resize it first."
              .formatted(BYTES, rgb.length));
    }
    float[] planes = new float[3 * PIXELS];
    for (int i = 0; i < BYTES; i++) {
      planes[i % 3 * PIXELS + half(i / 3)] += (rgb[i] & 0xff) / 4f;
    }
    return meter(classId).attributes(planes);
  }

  /** Measures a picture given as an image of 128×128 pixels; see {@link #measure(int, byte[])}. */
  public Map<Attribute, Double> measure(int classId, BufferedImage image) {
    if (image.getWidth() != ScenePainter.SIDE || image.getHeight() != ScenePainter.SIDE) {
      throw new IllegalArgumentException(
          "attribute meter: a picture must have 128×128 pixels, got %d×%d. Resize it first."
              .formatted(image.getWidth(), image.getHeight()));
    }
    return meter(classId).attributes(planes(image));
  }

  /** Two threads may fit the same class at once; both find the same lines. */
  private ClassMeter meter(int classId) {
    ClassMeter meter = meters.get(classId);
    if (meter == null) {
      meter = new ClassMeter(classId);
      meters.set(classId, meter);
    }
    return meter;
  }

  private static float[] planes(BufferedImage image) {
    float[] planes = new float[3 * PIXELS];
    int side = ScenePainter.SIDE;
    int[] pixels = image.getRGB(0, 0, side, side, null, 0, side);
    for (int i = 0; i < pixels.length; i++) {
      for (int c = 0; c < 3; c++) {
        planes[c * PIXELS + half(i)] += (pixels[i] >> 16 - 8 * c & 0xff) / 4f;
      }
    }
    return planes;
  }

  /** Index at half size of a pixel at full size. */
  private static int half(int pixel) {
    return pixel / ScenePainter.SIDE / 2 * SIDE + pixel % ScenePainter.SIDE / 2;
  }

  /** Mean over a square of {@code 2 · radius + 1} pixels, cut at the borders. */
  private static float[] blurred(float[] planes, int radius) {
    float[] rows = new float[planes.length];
    float[] both = new float[planes.length];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < SIDE; i++) {
        mean(planes, rows, c * PIXELS + i * SIDE, 1, radius);
      }
      for (int i = 0; i < SIDE; i++) {
        mean(rows, both, c * PIXELS + i, SIDE, radius);
      }
    }
    return both;
  }

  private static void mean(float[] src, float[] dst, int start, int stride, int radius) {
    for (int i = 0; i < SIDE; i++) {
      int from = Math.max(i - radius, 0);
      int to = Math.min(i + radius, SIDE - 1);
      float sum = 0;
      for (int j = from; j <= to; j++) {
        sum += src[start + j * stride];
      }
      dst[start + i * stride] = sum / (to - from + 1);
    }
  }

  /**
   * Moments of what differs from the background, scaled to about one.
   *
   * @param height mean row, downwards
   * @param diameter root of the area that differs
   * @param mass root of the summed difference, which softening leaves as it is
   * @param spread standard deviation of the column
   * @param colour mean of red, green and blue over the motif's core
   */
  private record Moments(
      double height, double diameter, double mass, double spread, double[] colour) {
    double[] predictors(Attribute attribute) {
      return switch (attribute) {
        case PITCH -> new double[] {1, height};
        case LOUDNESS -> new double[] {1, diameter, mass, colour[0], colour[1], colour[2]};
        // Large motifs spread further at the same count.
        case RHYTHM -> new double[] {1, spread, spread * spread, diameter};
        case BRIGHTNESS -> new double[] {1, colour[0], colour[1], colour[2]};
      };
    }
  }

  /** Background, colours and fitted lines of one class. */
  private static final class ClassMeter {
    /** The background at rising softness; a picture is held against the one that fits it best. */
    private final float[][] backgrounds = new float[SOFTNESS.length][];

    private final Map<Attribute, double[]> lines = new EnumMap<>(Attribute.class);

    ClassMeter(int classId) {
      float[] sharp = planes(ScenePainter.backdrop(classId));
      for (int i = 0; i < SOFTNESS.length; i++) {
        backgrounds[i] = blurred(blurred(sharp, SOFTNESS[i]), BLUR);
      }
      fit(classId);
    }

    private void fit(int classId) {
      Scene[] scenes = new Scene[2 * SAMPLES];
      Moments[] moments = new Moments[2 * SAMPLES];
      for (int i = 0; i < SAMPLES; i++) {
        Scene scene = Scene.of(classId, SAMPLE_SEED + i);
        float[] sharp = planes(ScenePainter.paint(scene));
        scenes[2 * i] = scene;
        moments[2 * i] = moments(sharp);
        scenes[2 * i + 1] = scene;
        moments[2 * i + 1] = moments(blurred(sharp, SOFTENING));
      }
      for (Attribute attribute : Attribute.values()) {
        double[][] rows = new double[scenes.length][];
        double[] targets = new double[scenes.length];
        for (int i = 0; i < scenes.length; i++) {
          rows[i] = moments[i].predictors(attribute);
          targets[i] = attribute.ofPicture(scenes[i]);
        }
        lines.put(attribute, LeastSquares.solve(rows, targets));
      }
    }

    Map<Attribute, Double> attributes(float[] planes) {
      Moments moments = moments(planes);
      Map<Attribute, Double> values = new EnumMap<>(Attribute.class);
      for (Attribute attribute : Attribute.values()) {
        double value = LeastSquares.dot(lines.get(attribute), moments.predictors(attribute));
        values.put(attribute, Math.clamp(value, -0.5, 1.5));
      }
      return values;
    }

    private Moments moments(float[] sharp) {
      float[] planes = blurred(sharp, BLUR);
      float[] squares = null;
      double least = Double.POSITIVE_INFINITY;
      for (float[] background : backgrounds) {
        float[] candidate = squaredDistances(planes, background);
        double misfit = 0;
        for (float square : candidate) {
          misfit += Math.min(square, NOTHING * NOTHING);
        }
        if (misfit < least) {
          least = misfit;
          squares = candidate;
        }
      }
      return moments(planes, squares);
    }

    private static Moments moments(float[] planes, float[] squares) {
      double sum = 0;
      double mass = 0;
      double sumX = 0;
      double sumXx = 0;
      double sumY = 0;
      double core = 0;
      double[] colour = new double[3];
      for (int i = 0; i < PIXELS; i++) {
        double square = squares[i];
        if (square <= NOTHING * NOTHING) {
          continue;
        }
        double excess = (Math.sqrt(square) - NOTHING) / (MOTIF - NOTHING);
        double weight = Math.min(excess, 1);
        int x = i % SIDE;
        sum += weight;
        mass += excess;
        sumX += weight * x;
        sumXx += weight * x * x;
        sumY += weight * (i / SIDE);
        // The square draws the mean towards pixels that hold little background.
        core += square;
        for (int c = 0; c < 3; c++) {
          colour[c] += square * planes[c * PIXELS + i] / 255;
        }
      }
      if (sum < 1) {
        // No motif in sight: the middle of everything, and no area.
        return new Moments(0.5, 0, 0, 0, new double[] {0.5, 0.5, 0.5});
      }
      for (int c = 0; c < 3; c++) {
        colour[c] /= core;
      }
      double meanX = sumX / sum;
      double spread = Math.sqrt(Math.max(sumXx / sum - meanX * meanX, 0));
      return new Moments(
          sumY / sum / SIDE, Math.sqrt(sum) / 16, Math.sqrt(mass) / 32, spread / 16, colour);
    }

    /** Squared distance in RGB of every pixel from the background, common tint taken off. */
    private static float[] squaredDistances(float[] planes, float[] background) {
      float[] squares = new float[PIXELS];
      for (int start = 0; start < planes.length; start += PIXELS) {
        float tint = medianDifference(planes, background, start);
        for (int i = 0; i < PIXELS; i++) {
          float difference = planes[start + i] - tint - background[start + i];
          squares[i] += difference * difference;
        }
      }
      return squares;
    }

    /** The tint that a generator or the light of the day lays over everything. */
    private static float medianDifference(float[] planes, float[] background, int start) {
      int[] histogram = new int[511];
      for (int i = start; i < start + PIXELS; i++) {
        histogram[Math.round(planes[i] - background[i]) + 255]++;
      }
      int seen = 0;
      int bin = 0;
      while (seen + histogram[bin] < PIXELS / 2) {
        seen += histogram[bin++];
      }
      return bin - 255;
    }
  }
}
