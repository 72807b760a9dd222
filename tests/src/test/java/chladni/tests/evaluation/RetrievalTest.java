package chladni.tests.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chladni.sound2image.evaluation.ClassMeans;
import chladni.sound2image.evaluation.FloatMatrix;
import chladni.sound2image.evaluation.Retrieval;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetrievalTest {
  @Test
  void countsTheImagesWhoseNearestSoundHasTheirClass() {
    FloatMatrix images = FloatMatrix.ofRows(row(0, 0), row(5, 5), row(9, 0), row(-3, 4));
    FloatMatrix sounds = FloatMatrix.ofRows(row(1, 0), row(5, 4), row(8, 1));
    Retrieval retrieval =
        Retrieval.of(images, sounds, new int[] {0, 1, 1, 0}, new int[] {0, 1, 0});
    assertThat(retrieval.nearest()).containsExactly(0, 1, 2, 0);
    assertThat(retrieval.matches()).containsExactly(true, true, false, true);
    assertThat(retrieval.matchRate()).isEqualTo(0.75);
    // Class 0 has 2 of 3 sounds, class 1 has 1 of 3: (2 · 2/3 + 2 · 1/3) / 4.
    assertThat(retrieval.chance()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void theActivationCanChangeTheNeighbour() {
    FloatMatrix images = FloatMatrix.ofRows(row(-9, 1), row(1, 9));
    FloatMatrix sounds = FloatMatrix.ofRows(row(-1, 1.5f), row(-8, 9));
    assertThat(Retrieval.nearestRows(images, sounds)).containsExactly(0, 0);
    assertThat(Retrieval.nearestRows(images.relu(), sounds.relu())).containsExactly(0, 1);
  }

  @Test
  void equallyNearSoundsGoToTheFirst() {
    FloatMatrix images = FloatMatrix.ofRows(row(0, 0));
    FloatMatrix sounds = FloatMatrix.ofRows(row(0, 2), row(1, 0), row(-1, 0));
    assertThat(Retrieval.nearestRows(images, sounds)).containsExactly(1);
  }

  @Test
  void tilesAgreeWithAPlainSearchAtAwkwardSizes() {
    SplittableRandom random = new SplittableRandom(7);
    for (int[] size : new int[][] {{1, 1, 1}, {3, 257, 31}, {65, 300, 259}, {130, 1021, 7}}) {
      FloatMatrix queries = gaussian(random, size[0], size[2]);
      FloatMatrix keys = gaussian(random, size[1], size[2]);
      assertThat(Retrieval.nearestRows(queries, keys)).containsExactly(plain(queries, keys));
    }
  }

  @Test
  void everyRowIsItsOwnNearestEvenFarFromTheOrigin() {
    SplittableRandom random = new SplittableRandom(3);
    float[] values = gaussian(random, 300, 40).values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += 4096;
    }
    FloatMatrix rows = new FloatMatrix(300, 40, values);
    int[] nearest = Retrieval.nearestRows(rows, rows);
    for (int i = 0; i < nearest.length; i++) {
      assertThat(nearest[i]).isEqualTo(i);
    }
  }

  @Test
  void refusesVectorsOfDifferentLayersAndValuesThatAreNoNumbers() {
    FloatMatrix two = FloatMatrix.ofRows(row(0, 0));
    FloatMatrix three = FloatMatrix.ofRows(row(0, 0, 0));
    assertThatThrownBy(() -> Retrieval.nearestRows(two, three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 2 and 3");
    assertThatThrownBy(() -> new FloatMatrix(2, 2, new float[] {0, 1, Float.NaN, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN at row 1, column 0");
  }

  @Test
  void aClassMeanIsTheMeanOfItsRows() {
    FloatMatrix rows = FloatMatrix.ofRows(row(1, 2), row(10, 20), row(3, 6));
    FloatMatrix means = ClassMeans.of(rows, new int[] {0, 1, 0}, 2);
    assertThat(means.row(0)).containsExactly(2f, 4f);
    assertThat(means.row(1)).containsExactly(10f, 20f);
    assertThatThrownBy(() -> ClassMeans.of(rows, new int[] {0, 2, 0}, 3))
        .hasMessageContaining("class 1 has none");
  }

  private static int[] plain(FloatMatrix queries, FloatMatrix keys) {
    int[] nearest = new int[queries.rows()];
    for (int q = 0; q < nearest.length; q++) {
      double best = Double.POSITIVE_INFINITY;
      for (int k = 0; k < keys.rows(); k++) {
        double sum = 0;
        for (int c = 0; c < keys.columns(); c++) {
          double difference = (double) queries.at(q, c) - keys.at(k, c);
          sum += difference * difference;
        }
        if (sum < best) {
          best = sum;
          nearest[q] = k;
        }
      }
    }
    return nearest;
  }

  static FloatMatrix gaussian(SplittableRandom random, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new FloatMatrix(rows, columns, values);
  }

  private static float[] row(float... values) {
    return values;
  }
}
