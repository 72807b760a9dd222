package chladni.engine.backend;

import chladni.engine.api.Experimental;
import chladni.engine.graph.DType;
import chladni.engine.graph.Graph;
import chladni.engine.graph.IndexOp;
import chladni.engine.graph.Input;
import chladni.engine.graph.Node;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A compiled graph: write the inputs, run, read the outputs. Inputs keep their values between runs.
 * One thread at a time: a second one gets an exception, not a race. Values are in row-major logical
 * order.
 *
 * <p>A step of {@code write}, {@code run}, {@code read} into an array and {@code scalar} allocates no
 * Java object on the cpu backend.
 */
public abstract class Program implements AutoCloseable {
  private final SequencedMap<String, Node> inputs;
  private final SequencedMap<String, Node> outputs;
  private final Map<Node, Node> indexed = new HashMap<>();
  private final AtomicReference<Thread> user = new AtomicReference<>();
  private final Guard guard = new Guard();
  private final double[] single = new double[1];
  private volatile boolean closed;

  /** For backends. */
  @Experimental
  protected Program(Graph graph) {
    this.inputs = graph.inputs();
    this.outputs = graph.outputs();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof IndexOp && node.input(1).op() instanceof Input) {
        indexed.merge(node.input(1), node, (a, b) -> extent(a) <= extent(b) ? a : b);
      }
    }
  }

  /** Sets a FLOAT input. */
  public final void write(String input, float[] values) {
    Node node = find(inputs, "input", input, DType.FLOAT, values.length);
    try (Guard _ = enter()) {
      copyIn(node, values);
    }
  }

  /** Sets a FLOAT input, such as a scalar; a program below FP64 rounds the values. */
  public final void write(String input, double... values) {
    Node node = find(inputs, "input", input, DType.FLOAT, values.length);
    try (Guard _ = enter()) {
      copyIn(node, values);
    }
  }

  /**
   * Sets an INT32 input.
   *
   * @throws ProgramException when an operation takes it as indices and one lies out of range
   */
  public final void write(String input, int[] values) {
    Node node = find(inputs, "input", input, DType.INT32, values.length);
    checkIndices(input, node, values);
    try (Guard _ = enter()) {
      copyIn(node, values);
    }
  }

  private void checkIndices(String input, Node node, int[] values) {
    Node user = indexed.get(node);
    int extent = user == null ? 0 : extent(user);
    for (int i = 0; user != null && i < values.length; i++) {
      if (values[i] < 0 || values[i] >= extent) {
        throw new ProgramException(
            "input '%s': %s takes indices from 0 to %d along axis %d, got %d at %d."
                .formatted(
                    input, user, extent - 1, ((IndexOp) user.op()).axis(), values[i], i));
      }
    }
  }

  private static int extent(Node user) {
    return ((IndexOp) user.op()).extent(user);
  }

  /** Computes every output and makes every assignment, once. */
  public final void run() {
    try (Guard _ = enter()) {
      execute();
    }
  }

  /**
   * Queues a run and returns, where a device computes it; elsewhere this is {@link #run}. Inputs may
   * be written at once for the next run. Whatever takes results waits for them: a read, {@link #run}
   * and {@link #await} here, and reading or setting a variable in the store. What goes wrong in the
   * run is thrown by the first of these.
   */
  @Experimental
  public final void start() {
    try (Guard _ = enter()) {
      queue();
    }
  }

  /** Waits for every run that was queued. */
  @Experimental
  public final void await() {
    try (Guard _ = enter()) {
      finish();
    }
  }

  /** Whether a run that was queued is not at its end. */
  @Experimental
  public final boolean isRunning() {
    try (Guard _ = enter()) {
      return isComputing();
    }
  }

  /** Copies a FLOAT output of the last run into {@code dst}. */
  public final void read(String output, float[] dst) {
    Node node = find(outputs, "output", output, DType.FLOAT, dst.length);
    try (Guard _ = enter()) {
      copyOut(node, dst);
    }
  }

  /** A FLOAT output of the last run. */
  public final float[] read(String output) {
    Node node = outputs.get(output);
    float[] dst = new float[node == null ? 0 : Math.toIntExact(node.shape().elements())];
    read(output, dst);
    return dst;
  }

  /** A FLOAT output of the last run, exact. */
  public final double[] readDoubles(String output) {
    Node n = outputs.get(output);
    double[] dst = new double[n == null ? 0 : Math.toIntExact(n.shape().elements())];
    Node node = find(outputs, "output", output, DType.FLOAT, dst.length);
    try (Guard _ = enter()) {
      copyOut(node, dst);
    }
    return dst;
  }

  /** An INT32 output of the last run. */
  public final int[] readInts(String output) {
    Node n = outputs.get(output);
    int[] dst = new int[n == null ? 0 : Math.toIntExact(n.shape().elements())];
    Node node = find(outputs, "output", output, DType.INT32, dst.length);
    try (Guard _ = enter()) {
      copyOut(node, dst);
    }
    return dst;
  }

  /** A FLOAT output of one element. */
  public final double scalar(String output) {
    Node node = outputs.get(output);
    if (node != null && node.shape().elements() != 1) {
      throw new ProgramException(
          "output '%s': scalar needs one element, got %s. Use read.".formatted(output, node.shape()));
    }
    find(outputs, "output", output, DType.FLOAT, 1);
    try (Guard _ = enter()) {
      copyOut(node, single);
      return single[0];
    }
  }

  /**
   * What was chosen for each of its problems that several implementations do, with other last bits:
   * by a text for the problem and the machine, a text for the choice. Kept with a training, they
   * make a later process take the same, by {@link Backend#adopt}. Empty where a backend has no such
   * choice.
   */
  @Experimental
  public final SortedMap<String, String> choices() {
    try (Guard _ = enter()) {
      return chosen();
    }
  }

  /** Each step with its implementation, layouts, FLOPs, bytes and place; and the total memory. */
  @Experimental
  public final Listing listing() {
    try (Guard _ = enter()) {
      return list();
    }
  }

  /** {@link #listing} as a table: a line for each step, then the totals. */
  public final String explain() {
    return listing().toString();
  }

  /**
   * Does what {@link #run} does, with a look at the result of every step: the first that holds NaN
   * or infinity, empty when all are finite. Slower than {@link #run}; the state after it is the same.
   */
  @Experimental
  public final Optional<NonFinite> trace() {
    try (Guard _ = enter()) {
      return executeTraced();
    }
  }

  protected abstract void copyIn(Node input, float[] values);

  /** Rounds to 32 bits unless a backend holds more. */
  protected void copyIn(Node input, double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    copyIn(input, rounded);
  }

  protected abstract void copyIn(Node input, int[] values);

  protected abstract void execute();

  /** As {@link #execute}, but need not wait for the end. */
  protected void queue() {
    execute();
  }

  /** Waits for what {@link #queue} has begun. */
  protected void finish() {}

  /** Whether something that {@link #queue} has begun is not at its end. */
  protected boolean isComputing() {
    return false;
  }

  /** As {@link #execute}, bit for bit; and the first result that is not finite. */
  protected abstract Optional<NonFinite> executeTraced();

  /** Of {@link #choices}. */
  protected SortedMap<String, String> chosen() {
    return Collections.emptySortedMap();
  }

  protected abstract Listing list();

  protected abstract void copyOut(Node output, float[] dst);

  protected abstract void copyOut(Node output, double[] dst);

  protected abstract void copyOut(Node output, int[] dst);

  /** Frees what the program owns; called once. */
  protected abstract void release();

  /** Waits for nobody: closing while another thread is inside throws. */
  @Override
  public final void close() {
    if (!closed) {
      try (Guard _ = enter()) {
        closed = true;
        release();
      }
    }
  }

  private Guard enter() {
    if (!user.compareAndSet(null, Thread.currentThread())) {
      Thread other = user.get();
      throw new ProgramException(
          "program: it serves one thread at a time and %s is inside. Compile one program per thread."
              .formatted(other == null ? "another" : "'" + other.getName() + "'"));
    }
    if (closed) {
      guard.close();
      throw new ProgramException("program: it is closed. Compile the graph again.");
    }
    return guard;
  }

  /** Lets the next thread in. */
  private final class Guard implements AutoCloseable {
    @Override
    public void close() {
      user.set(null);
    }
  }

  private static Node find(
      Map<String, Node> names, String kind, String name, DType dtype, int length) {
    Node node = names.get(name);
    if (node == null) {
      throw new ProgramException(
          "%s '%s': there is none of this name; there are %s.".formatted(kind, name, names.keySet()));
    }
    if (node.dtype() != dtype || node.shape().elements() != length) {
      throw new ProgramException(
          "%s '%s': it is %s %s with %d elements, got %s with %d."
              .formatted(
                  kind,
                  name,
                  node.dtype(),
                  node.shape(),
                  node.shape().elements(),
                  dtype,
                  length));
    }
    return node;
  }
}
