package chladni.tests.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chladni.app.demo.Attribute;
import chladni.app.demo.AttributeMeter;
import chladni.app.demo.DemoClip;
import chladni.app.demo.Scene;
import chladni.app.demo.ScenePainter;
import chladni.app.demo.World;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScenePictureTest {
  private static final int SIDE = ScenePainter.SIDE;

  private final World world = new World(World.MAX_CLASSES, 23);

  @Test
  void equalScenesLookEqualAndOthersDiffer() {
    Set<Integer> hashes = new HashSet<>();
    for (DemoClip clip : world.plan("corpus", 2, 0)) {
      int[] pixels = pixels(ScenePainter.paint(clip.picture()));
      assertThat(pixels(ScenePainter.paint(clip.picture()))).isEqualTo(pixels);
      hashes.add(Arrays.hashCode(pixels));
    }
    assertThat(hashes).hasSize(2 * World.MAX_CLASSES);
  }

  @Test
  void theMiddleFrameIsTheSceneAtRestAndOthersPulse() {
    Scene scene = world.scene("corpus", 3, 0);
    int[] rest = pixels(ScenePainter.paint(scene));
    assertThat(pixels(ScenePainter.paint(scene, 4, 8))).isEqualTo(rest);
    assertThat(pixels(ScenePainter.paint(scene, 6, 8))).isNotEqualTo(rest);
  }

  @Test
  void drawnAttributesAreRecovered() {
    Map<Attribute, Double> r2 = recovery(0);
    assertThat(r2.values()).allMatch(value -> value > 0.9);
  }

  @Test
  void drawnAttributesAreRecoveredFromBlurredPictures() {
    Map<Attribute, Double> r2 = recovery(4);
    assertThat(r2.values()).allMatch(value -> value > 0.8);
  }

  @Test
  void bytesAndImagesMeasureTheSame() {
    AttributeMeter meter = new AttributeMeter();
    BufferedImage image = ScenePainter.paint(world.scene("corpus", 9, 1));
    assertThat(meter.measure(9, bytes(image))).isEqualTo(meter.measure(9, image));
  }

  @Test
  void anEmptyPictureMeasuresWithinLimits() {
    Map<Attribute, Double> values = new AttributeMeter().measure(0, new byte[3 * SIDE * SIDE]);
    assertThat(values.values()).allMatch(value -> value >= -0.5 && value <= 1.5);
  }

  @Test
  void picturesOfAnotherSizeAreRefused() {
    AttributeMeter meter = new AttributeMeter();
    assertThatThrownBy(() -> meter.measure(0, new byte[12]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("49152 bytes, got 12");
    BufferedImage small = new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> meter.measure(0, small)).hasMessageContaining("got 64×32");
  }

  @Test
  void twelvePicturesOfAClassTellItsLook() {
    List<DemoClip> train = world.plan("encoders", 12, 0);
    List<DemoClip> test = world.plan("corpus", 5, 0);
    double accuracy =
        Statistics.centroidAccuracy(
            features(train), labels(train), features(test), labels(test), World.MAX_CLASSES);
    assertThat(accuracy).isGreaterThan(0.95);
  }

  /** R² of the measured against the drawn attribute over all classes, pictures blurred. */
  private Map<Attribute, Double> recovery(int radius) {
    AttributeMeter meter = new AttributeMeter();
    List<DemoClip> plan = world.plan("corpus", 12, 0);
    Map<Attribute, double[]> measured = new EnumMap<>(Attribute.class);
    Map<Attribute, double[]> drawn = new EnumMap<>(Attribute.class);
    for (Attribute attribute : Attribute.values()) {
      measured.put(attribute, new double[plan.size()]);
      drawn.put(attribute, new double[plan.size()]);
    }
    for (int i = 0; i < plan.size(); i++) {
      Scene scene = plan.get(i).picture();
      byte[] rgb = blurred(bytes(ScenePainter.paint(scene)), radius);
      Map<Attribute, Double> values = meter.measure(scene.classId(), rgb);
      for (Attribute attribute : Attribute.values()) {
        measured.get(attribute)[i] = values.get(attribute);
        drawn.get(attribute)[i] = attribute.ofPicture(scene);
      }
    }
    Map<Attribute, Double> r2 = new EnumMap<>(Attribute.class);
    measured.forEach((attribute, m) -> r2.put(attribute, Statistics.r2(m, drawn.get(attribute))));
    return r2;
  }

  /** Mean over a square window, clipped at the borders. */
  private static byte[] blurred(byte[] rgb, int radius) {
    byte[] out = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % SIDE;
      int y = i / 3 / SIDE;
      int sum = 0;
      int count = 0;
      for (int v = Math.max(y - radius, 0); v <= Math.min(y + radius, SIDE - 1); v++) {
        for (int u = Math.max(x - radius, 0); u <= Math.min(x + radius, SIDE - 1); u++) {
          sum += rgb[(v * SIDE + u) * 3 + i % 3] & 0xff;
          count++;
        }
      }
      out[i] = (byte) (sum / count);
    }
    return out;
  }

  private static int[] labels(List<DemoClip> clips) {
    return clips.stream().mapToInt(clip -> clip.picture().classId()).toArray();
  }

  /** Mean colours of 16×16 tiles of 8×8 pixels. */
  private static double[][] features(List<DemoClip> clips) {
    double[][] rows = new double[clips.size()][16 * 16 * 3];
    for (int r = 0; r < rows.length; r++) {
      byte[] rgb = bytes(ScenePainter.paint(clips.get(r).picture()));
      for (int i = 0; i < rgb.length; i++) {
        int x = i / 3 % SIDE;
        int y = i / 3 / SIDE;
        rows[r][(y / 8 * 16 + x / 8) * 3 + i % 3] += (rgb[i] & 0xff) / 64.0;
      }
    }
    return rows;
  }

  private static int[] pixels(BufferedImage image) {
    return image.getRGB(0, 0, SIDE, SIDE, null, 0, SIDE);
  }

  private static byte[] bytes(BufferedImage image) {
    int[] pixels = pixels(image);
    byte[] rgb = new byte[3 * pixels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (pixels[i / 3] >> 16 - 8 * (i % 3));
    }
    return rgb;
  }
}
