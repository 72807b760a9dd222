package chladni.engine;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.GradientException;
import chladni.engine.graph.Node;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Holds the derivatives of a loss against central differences, element by element, in FP64 on the
 * reference backend: the first thing to run on a new loss. FLOAT inputs and trainable variables are
 * checked.
 *
 * <pre>
 *   GradCheck.of(g -> Losses.mse(g.input("x", shape), g.input("y", shape))).run().orThrow();
 * </pre>
 *
 * <p>The loss must be smooth at the values it is given. Where its slope jumps, as that of |x| does
 * at 0, no difference tells which gradient is right: such an element is a kink, and the check does
 * not pass.
 */
public final class GradCheck {
  /** Truncation grows with the square of the step, rounding with its inverse: near 2^-53/3. */
  private static final double STEP = 0x1p-17;

  /** Truncation leaves about 1e-10 and rounding as much; a factor that is wrong leaves far more. */
  private static final double TOLERANCE = 1e-6;

  /** Gradients smaller than this part of the largest drown in the rounding of the loss. */
  private static final double FLOOR = 1e-4;

  /** Slopes to the sides that part by more than this, relative as the error is, may be a kink's. */
  private static final double SHARP = 1e-3;

  private final Function<Graph, Node> loss;
  private final Map<String, double[]> floats = new LinkedHashMap<>();
  private final Map<String, int[]> ints = new LinkedHashMap<>();
  private long seed = 1;
  private int elementsPerTensor = 64;

  private GradCheck(Function<Graph, Node> loss) {
    this.loss = loss;
  }

  /**
   * @param loss appends its inputs, variables and operations to the graph and returns a scalar; it
   *     is called twice, on two graphs, and must build the same both times
   */
  public static GradCheck of(Function<Graph, Node> loss) {
    return new GradCheck(loss);
  }

  /** The value of a FLOAT input; without it, uniform between -1 and 1. */
  public GradCheck input(String name, double... values) {
    floats.put(name, values.clone());
    return this;
  }

  /** The value of an INT32 input; without it, zeros. */
  public GradCheck labels(String name, int... values) {
    ints.put(name, values.clone());
    return this;
  }

  /** Seeds inputs, first values of variables and the choice of elements. */
  public GradCheck seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  /** How many elements of each tensor are tried, chosen at random; 64 unless told. */
  public GradCheck elementsPerTensor(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "gradCheck: it must try at least 1 element of each tensor, got %d.".formatted(count));
    }
    elementsPerTensor = count;
    return this;
  }

  /**
   * Computes and compares.
   *
   * @throws GradientException when the loss is not a FLOAT scalar, has nothing to differentiate by
   *     or is not finite
   */
  public Result run() {
    try (Engine engine = Engine.open("reference", BackendOptions.DEFAULT);
        Store store = engine.backend().newStore(seed, Precision.FP64)) {
      Gradients gradients = Gradients.of(loss);
      Graph values = new Graph();
      values.output("loss", loss.apply(values));
      Backend backend = engine.backend();
      try (Program derivative = backend.compile(gradients.graph(), store, Precision.FP64);
          Program value = backend.compile(values, store, Precision.FP64)) {
        return new Comparison(store, value, derivative, gradients).run();
      }
    }
  }

  /**
   * One element that was tried.
   *
   * @param tensor the input or variable
   * @param index where in it, one number for each axis
   * @param gradient what automatic differentiation says
   * @param left the slope of the loss below the value
   * @param right the slope above it
   * @param difference what the central difference over both sides says
   * @param error its distance from the gradient, relative to the larger or to what rounding allows
   *     to be seen
   */
  public record Element(
      String tensor,
      List<Integer> index,
      double gradient,
      double left,
      double right,
      double difference,
      double error) {
    @Override
    public String toString() {
      return "'%s'%s: gradient %s, central difference %s, relative error %.1e"
          .formatted(tensor, index, gradient, difference, error);
    }
  }

  /**
   * What was found.
   *
   * @param checked how many elements were tried, kinks among them
   * @param worst the one with the largest error, a NaN being the largest; a kink only if there is
   *     nothing else
   * @param kinks those at which the slope jumps
   */
  public record Result(int checked, Element worst, List<Element> kinks) {
    private static Result of(List<Element> smooth, List<Element> kinks) {
      return new Result(
          smooth.size() + kinks.size(),
          Collections.max(smooth.isEmpty() ? kinks : smooth, BY_ERROR),
          List.copyOf(kinks));
    }

    private static final Comparator<Element> BY_ERROR = Comparator.comparingDouble(Element::error);

    /** Whether no element is off by more than 1e-6 and none is a kink. */
    public boolean passes() {
      return kinks.isEmpty() && worst.error() <= TOLERANCE;
    }

    /**
     * This result.
     *
     * @throws GradientException when it does not pass; the message names the worst element, or else
     *     the first kink
     */
    public Result orThrow() {
      if (passes()) {
        return this;
      }
      if (Double.isNaN(worst.error())) {
        throw new GradientException(
            "gradCheck %s. Look for what is not finite near these values.".formatted(worst));
      }
      if (worst.error() > TOLERANCE && !kinks.contains(worst)) {
        throw new GradientException(
            "gradCheck %s, allowed %.0e. Check the vjp of each operation on its path."
                .formatted(worst, TOLERANCE));
      }
      Element kink = kinks.getFirst();
      throw new GradientException(
          ("gradCheck '%s'%s: the loss has a kink here, slope %s below and %s above, and its"
                  + " gradient %s cannot be judged; one of %d in %d elements. Give values away from"
                  + " it, with input or seed.")
              .formatted(
                  kink.tensor(),
                  kink.index(),
                  kink.left(),
                  kink.right(),
                  kink.gradient(),
                  kinks.size(),
                  checked));
    }
  }

  private final class Comparison {
    private final Store store;
    private final Program value;
    private final Program derivative;
    private final Gradients gradients;
    private final Map<String, double[]> state = new LinkedHashMap<>();
    private final Map<String, int[]> counters = new LinkedHashMap<>();
    private final List<Element> smooth = new ArrayList<>();
    private final List<Element> kinks = new ArrayList<>();
    private double here;
    private double floor;

    Comparison(Store store, Program value, Program derivative, Gradients gradients) {
      this.store = store;
      this.value = value;
      this.derivative = derivative;
      this.gradients = gradients;
    }

    Result run() {
      for (Variable variable : store.variables()) {
        String name = variable.name();
        if (variable.type().dtype() == DType.FLOAT) {
          state.put(name, store.doubles(name));
        } else {
          counters.put(name, store.ints(name));
        }
      }
      Map<String, double[]> inputs = writeInputs();
      derivative.run();
      restore();
      here = derivative.scalar("loss");
      if (!Double.isFinite(here)) {
        throw new GradientException(
            "gradCheck: the loss must be finite where it is checked, got %s. Give other values."
                .formatted(here));
      }
      floor = FLOOR * Math.max(Math.abs(here), largestGradient());
      gradients.inputs().forEach((name, n) -> check(name, n, inputs.get(name), value::write));
      gradients.variables().forEach((name, n) -> check(name, n, state.get(name), store::set));
      return Result.of(smooth, kinks);
    }

    private Map<String, double[]> writeInputs() {
      floats.keySet().forEach(this::checkInput);
      ints.keySet().forEach(this::checkInput);
      Map<String, double[]> given = new LinkedHashMap<>();
      gradients.graph().inputs().forEach(
          (name, node) -> {
            if (node.dtype() == DType.FLOAT) {
              double[] values = floats.getOrDefault(name, uniform(name, node.shape()));
              value.write(name, values);
              derivative.write(name, values);
              given.put(name, values);
            } else {
              int[] values =
                  ints.getOrDefault(name, new int[Math.toIntExact(node.shape().elements())]);
              value.write(name, values);
              derivative.write(name, values);
            }
          });
      return given;
    }

    private void checkInput(String name) {
      if (!gradients.graph().inputs().containsKey(name)) {
        throw new ProgramException(
            "gradCheck: the loss has no input '%s'; it has %s."
                .formatted(name, gradients.graph().inputs().keySet()));
      }
    }

    private double[] uniform(String name, Shape shape) {
      float[] values = Initializers.uniform(1).values(name, shape, seed);
      return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private double largestGradient() {
      double largest = 0;
      List<Node> tensors = new ArrayList<>(gradients.inputs().values());
      tensors.addAll(gradients.variables().values());
      for (Node tensor : tensors) {
        for (double g : derivative.readDoubles(Gradients.key(tensor))) {
          largest = Math.max(largest, Math.abs(g));
        }
      }
      return largest;
    }

    /** Undoes what the loss itself assigns, so that all runs start alike. */
    private void restore() {
      state.forEach(store::set);
      counters.forEach(store::set);
    }

    private void check(String name, Node tensor, double[] values, Writer writer) {
      double[] gradient = derivative.readDoubles(Gradients.key(tensor));
      for (int i : chosen(values.length)) {
        Slopes slopes = slopes(name, values, i, 1, writer);
        double difference = slopes.central();
        double scale =
            Math.max(floor, Math.max(Math.abs(gradient[i]), Math.abs(difference)));
        double distance = Math.abs(gradient[i] - difference);
        Element element =
            new Element(
                name,
                index(tensor.shape(), i),
                gradient[i],
                slopes.left(),
                slopes.right(),
                difference,
                distance == 0 ? 0 : distance / scale);
        boolean kink =
            slopes.gap() > SHARP * scale
                && !(slopes.shrinksTo(slopes(name, values, i, 0.5, writer), 0.5)
                    && slopes.shrinksTo(slopes(name, values, i, 0.25, writer), 0.25));
        (kink ? kinks : smooth).add(element);
      }
      writer.write(name, values);
    }

    private Slopes slopes(String name, double[] values, int i, double part, Writer writer) {
      double step = part * STEP * Math.max(1, Math.abs(values[i]));
      double[] moved = values.clone();
      moved[i] = values[i] + step;
      double above = lossAt(name, moved, writer);
      double up = moved[i] - values[i];
      moved[i] = values[i] - step;
      double below = lossAt(name, moved, writer);
      double down = values[i] - moved[i];
      return new Slopes((here - below) / down, (above - here) / up, (above - below) / (up + down));
    }

    private double lossAt(String name, double[] values, Writer writer) {
      writer.write(name, values);
      value.run();
      double result = value.scalar("loss");
      restore();
      return result;
    }

    private int[] chosen(int length) {
      List<Integer> all = new ArrayList<>(IntStream.range(0, length).boxed().toList());
      Collections.shuffle(all, new Random(seed));
      return all.stream().limit(elementsPerTensor).mapToInt(i -> i).sorted().toArray();
    }
  }

  /** Differences to both sides of a value and across it. */
  private record Slopes(double left, double right, double central) {
    double gap() {
      return Math.abs(right - left);
    }

    /** Whether the gap goes with the step, as where the slope only bends. */
    boolean shrinksTo(Slopes nearer, double part) {
      double ratio = nearer.gap() / gap();
      return Math.abs(ratio - part) < part / 5;
    }
  }

  @FunctionalInterface
  private interface Writer {
    void write(String name, double[] values);
  }

  private static List<Integer> index(Shape shape, int at) {
    Integer[] index = new Integer[shape.rank()];
    int rest = at;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      index[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    return Arrays.asList(index);
  }
}
