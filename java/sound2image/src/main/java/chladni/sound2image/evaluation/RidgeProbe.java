package chladni.sound2image.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How much of a sound's attribute a linear read-out finds in a layer: ridge regression with one
 * weight per feature, common to all classes, scored on clips that it was not fitted to. It is the
 * ceiling beside which {@link AttributeFidelity} stands, and is scored by the same within-class
 * function. It is a ceiling for linear read-outs only: a generator may know more.
 *
 * <p>Features are scaled to unit variance on the training clips and class means are removed from
 * features and attribute, so the probe cannot earn anything from the class. With fewer clips than
 * features the dual system is solved, otherwise the primal one; both give the same weights.
 *
 * @param fidelity agreement of prediction and attribute on the held-out clips
 * @param ridge the chosen λ, in units of the mean squared length of a scaled feature row
 */
public record RidgeProbe(AttributeFidelity fidelity, double ridge) {
  private static final double[] RIDGES = {1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100};
  private static final int INNER_SHARE = 5;

  /**
   * The clips that a probe is fitted to or scored on.
   *
   * @param features one row per clip
   * @param attributes one array per attribute, one finite value per clip
   * @param classes class of each clip; all 0 for a run without classes
   */
  public record Clips(FloatMatrix features, double[][] attributes, int[] classes) {
    /** Checks that all parts describe the same number of clips. */
    public Clips {
      Checks.sameLength("probe", "features", features.rows(), "classes", classes.length);
      for (double[] attribute : attributes) {
        Checks.sameLength("probe", "features", features.rows(), "attributes", attribute.length);
      }
    }

    private Clips select(int[] rows) {
      double[][] selected = new double[attributes.length][];
      for (int a = 0; a < selected.length; a++) {
        double[] attribute = attributes[a];
        selected[a] = Arrays.stream(rows).mapToDouble(row -> attribute[row]).toArray();
      }
      int[] groups = Arrays.stream(rows).map(row -> classes[row]).toArray();
      return new Clips(features.select(rows), selected, groups);
    }
  }

  /**
   * Fits one probe per attribute; λ is the best of seven on an inner split of the training clips.
   *
   * @param train at least 10 clips
   * @param heldOut clips with the same features and attributes
   * @param seed draws the inner split
   * @return one probe per attribute
   */
  public static RidgeProbe[] fit(Clips train, Clips heldOut, long seed) {
    Checks.sameLength(
        "probe",
        "training attributes",
        train.attributes().length,
        "held-out attributes",
        heldOut.attributes().length);
    int n = train.features().rows();
    if (n < 2 * INNER_SHARE) {
      throw new IllegalArgumentException(
          "probe: at least %d training clips are needed, got %d. Train on more clips."
              .formatted(2 * INNER_SHARE, n));
    }
    int[] order = shuffled(n, seed);
    int cut = n - n / INNER_SHARE;
    Clips inner = train.select(Arrays.copyOfRange(order, 0, cut));
    Clips validation = train.select(Arrays.copyOfRange(order, cut, n));
    int attributes = train.attributes().length;
    double[] best = new double[attributes];
    double[] chosen = new double[attributes];
    Arrays.fill(best, Double.NEGATIVE_INFINITY);
    Solver solver = new Solver(inner);
    for (double ridge : RIDGES) {
      Cholesky factor = solver.factor(ridge);
      for (int a = 0; a < attributes; a++) {
        double r2 = solver.score(factor, a, validation).r2();
        if (r2 > best[a]) {
          best[a] = r2;
          chosen[a] = ridge;
        }
      }
    }
    Solver whole = new Solver(train);
    Map<Double, Cholesky> factors = new HashMap<>();
    RidgeProbe[] probes = new RidgeProbe[attributes];
    for (int a = 0; a < attributes; a++) {
      Cholesky factor = factors.computeIfAbsent(chosen[a], whole::factor);
      probes[a] = new RidgeProbe(whole.score(factor, a, heldOut), chosen[a]);
    }
    return probes;
  }

  private static int[] shuffled(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The system of one training set; its factor serves every attribute. */
  private static final class Solver {
    private final Clips train;
    private final FloatMatrix x;
    private final double[] scale;
    private final boolean dual;
    private final double[][] gram;

    Solver(Clips train) {
      this.train = train;
      int width = train.features().columns();
      float[] centred = centredColumns(train.features(), train.classes());
      scale = new double[width];
      int n = train.features().rows();
      for (int c = 0; c < width; c++) {
        double squares = 0;
        for (int row = 0; row < n; row++) {
          squares += (double) centred[row * width + c] * centred[row * width + c];
        }
        double deviation = Math.sqrt(squares / n);
        scale[c] = deviation > 0 ? 1 / deviation : 0;
        for (int row = 0; row < n; row++) {
          centred[row * width + c] *= (float) scale[c];
        }
      }
      x = new FloatMatrix(n, width, centred);
      dual = n <= width;
      FloatMatrix side = dual ? x : x.transpose();
      gram = new double[side.rows()][side.rows()];
      Pairwise.dots(
          side,
          side,
          (row, first, count, dots) -> System.arraycopy(dots, 0, gram[row], first, count));
    }

    Cholesky factor(double ridge) {
      double trace = 0;
      for (int i = 0; i < gram.length; i++) {
        trace += gram[i][i];
      }
      // A layer that does not vary has no trace; any positive shift then yields zero weights.
      return Cholesky.of(gram, trace > 0 ? ridge * trace / x.rows() : 1);
    }

    AttributeFidelity score(Cholesky factor, int attribute, Clips clips) {
      double[] y =
          AttributeFidelity.centred(train.attributes()[attribute], train.classes());
      double[] weights = dual ? timesTransposed(factor.solve(y)) : factor.solve(timesTransposed(y));
      FloatMatrix features = clips.features();
      double[] predicted = new double[features.rows()];
      for (int row = 0; row < predicted.length; row++) {
        for (int c = 0; c < weights.length; c++) {
          predicted[row] += weights[c] * scale[c] * features.at(row, c);
        }
      }
      return AttributeFidelity.withinClass(
          clips.attributes()[attribute], predicted, clips.classes());
    }

    /** Xᵀ v. */
    private double[] timesTransposed(double[] v) {
      double[] product = new double[x.columns()];
      for (int row = 0; row < v.length; row++) {
        for (int c = 0; c < product.length; c++) {
          product[c] += v[row] * x.at(row, c);
        }
      }
      return product;
    }

    private static float[] centredColumns(FloatMatrix features, int[] classes) {
      int width = features.columns();
      Map<Integer, double[]> sums = new HashMap<>();
      Map<Integer, Integer> members = new HashMap<>();
      for (int row = 0; row < features.rows(); row++) {
        double[] sum = sums.computeIfAbsent(classes[row], _ -> new double[width]);
        members.merge(classes[row], 1, Integer::sum);
        for (int c = 0; c < width; c++) {
          sum[c] += features.at(row, c);
        }
      }
      float[] centred = new float[features.values().length];
      for (int row = 0; row < features.rows(); row++) {
        double[] sum = sums.get(classes[row]);
        int count = members.get(classes[row]);
        for (int c = 0; c < width; c++) {
          centred[row * width + c] = (float) (features.at(row, c) - sum[c] / count);
        }
      }
      return centred;
    }
  }
}
