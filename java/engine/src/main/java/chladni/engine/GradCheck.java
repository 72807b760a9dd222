package chladni.engine;

import chladni.engine.autodiff.Autodiff;
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
import chladni.engine.graph.ReadVariable;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Holds the derivatives of a loss against central differences, element by element, in FP64 on the
 * reference backend: the first thing to run on a new loss. FLOAT inputs and trainable variables are
 * checked. The loss must be smooth at the values it is given; a kink shows as an error.
 *
 * <pre>
 *   GradCheck.of(g -> Losses.mse(g.input("x", shape), g.input("y", shape))).run().orThrow();
 * </pre>
 */
public final class GradCheck {
  /** Truncation grows with the square of the step, rounding with its inverse: near 2^-53/3. */
  private static final double STEP = 0x1p-17;

  /** Truncation leaves about 1e-10 and rounding as much; a factor that is wrong leaves far more. */
  private static final double TOLERANCE = 1e-6;

  /** Gradients smaller than this part of the largest drown in the rounding of the loss. */
  private static final double FLOOR = 1e-4;

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
    elementsPerTensor = count;
    return this;
  }

  /**
   * Computes and compares.
   *
   * @throws GradientException when the loss is not a FLOAT scalar, or has nothing to differentiate by
   */
  public Result run() {
    try (Engine engine = Engine.open("reference", BackendOptions.DEFAULT);
        Store store = engine.backend().newStore(seed, Precision.FP64)) {
      Gradients gradients = Gradients.of(loss);
      Graph values = new Graph();
      values.output("loss", loss.apply(values));
      Backend backend = engine.backend();
      try (Program derivative = backend.compile(gradients.graph, store, Precision.FP64);
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
   * @param difference what the central difference says
   * @param error their distance, relative to the larger or to what rounding allows to be seen
   */
  public record Element(
      String tensor, List<Integer> index, double gradient, double difference, double error) {
    @Override
    public String toString() {
      return "'%s'%s: gradient %s, central difference %s, relative error %.1e"
          .formatted(tensor, index, gradient, difference, error);
    }
  }

  /** How many elements were tried and which was worst. */
  public record Result(int checked, Element worst) {
    public boolean passes() {
      return worst.error() <= TOLERANCE;
    }

    /**
     * This result.
     *
     * @throws GradientException when the worst element is off by more than 1e-6
     */
    public Result orThrow() {
      if (!passes()) {
        throw new GradientException(
            "gradCheck %s, allowed %.0e. Check the vjp of each operation on its path, and that the loss has no kink here."
                .formatted(worst, TOLERANCE));
      }
      return this;
    }
  }

  /** The graph that yields the loss and its gradient by each tensor. */
  private record Gradients(Graph graph, Map<String, Node> inputs, Map<String, Node> variables) {
    static Gradients of(Function<Graph, Node> loss) {
      Graph graph = new Graph();
      Node scalar = loss.apply(graph);
      Map<String, Node> inputs = new LinkedHashMap<>(graph.inputs());
      inputs.values().removeIf(n -> n.dtype() != DType.FLOAT);
      Map<String, Node> variables = new LinkedHashMap<>();
      for (Node node : graph.nodes()) {
        // The version before the run: that is the one a perturbed store changes.
        if (node.op() instanceof ReadVariable(Variable variable) && variable.trainable()) {
          variables.put(variable.name(), node);
        }
      }
      List<Node> tensors = new ArrayList<>(inputs.values());
      tensors.addAll(variables.values());
      if (tensors.isEmpty()) {
        throw new GradientException(
            "gradCheck: the loss %s reads no FLOAT input and no trainable variable. Read one."
                .formatted(scalar));
      }
      List<Node> gradients = Autodiff.gradients(scalar, tensors);
      for (int i = 0; i < tensors.size(); i++) {
        graph.output(key(tensors.get(i)), gradients.get(i));
      }
      graph.output("loss", scalar);
      return new Gradients(graph, inputs, variables);
    }

    static String key(Node tensor) {
      return "gradient of #" + tensor.id();
    }
  }

  private final class Comparison {
    private final Store store;
    private final Program value;
    private final Program derivative;
    private final Gradients gradients;
    private final Map<String, double[]> state = new LinkedHashMap<>();
    private final Map<String, int[]> counters = new LinkedHashMap<>();
    private final List<Element> elements = new ArrayList<>();
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
      floor = FLOOR * Math.max(Math.abs(derivative.scalar("loss")), largestGradient());
      gradients.inputs.forEach((name, n) -> check(name, n, inputs.get(name), value::write));
      gradients.variables.forEach((name, n) -> check(name, n, state.get(name), store::set));
      return new Result(elements.size(), worst());
    }

    private Map<String, double[]> writeInputs() {
      floats.keySet().forEach(this::checkInput);
      ints.keySet().forEach(this::checkInput);
      Map<String, double[]> given = new LinkedHashMap<>();
      gradients.graph.inputs().forEach(
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
      if (!gradients.graph.inputs().containsKey(name)) {
        throw new ProgramException(
            "gradCheck: the loss has no input '%s'; it has %s."
                .formatted(name, gradients.graph.inputs().keySet()));
      }
    }

    private double[] uniform(String name, Shape shape) {
      float[] values = Initializers.uniform(1).values(name, shape, seed);
      return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private double largestGradient() {
      double largest = 0;
      List<Node> tensors = new ArrayList<>(gradients.inputs.values());
      tensors.addAll(gradients.variables.values());
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
        double step = STEP * Math.max(1, Math.abs(values[i]));
        double[] moved = values.clone();
        moved[i] = values[i] + step;
        double above = lossAt(name, moved, writer);
        double width = moved[i];
        moved[i] = values[i] - step;
        double below = lossAt(name, moved, writer);
        double difference = (above - below) / (width - moved[i]);
        double scale =
            Math.max(floor, Math.max(Math.abs(gradient[i]), Math.abs(difference)));
        double distance = Math.abs(gradient[i] - difference);
        double error = distance == 0 ? 0 : distance / scale;
        elements.add(
            new Element(name, index(tensor.shape(), i), gradient[i], difference, error));
      }
      writer.write(name, values);
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

    /** The largest error; a NaN is the largest of all. */
    private Element worst() {
      return Collections.max(elements, (a, b) -> Double.compare(a.error(), b.error()));
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
