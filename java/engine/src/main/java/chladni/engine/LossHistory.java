package chladni.engine;

import chladni.engine.api.Experimental;
import chladni.engine.backend.Program;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.nn.Initializers;
import java.util.Arrays;

/**
 * The values that some scalars had in the last runs, kept by the program itself in a variable: a
 * loop that logs every step need not wait for every step ({@link Program#start}).
 */
@Experimental
public final class LossHistory {
  private final Variable rows;

  private LossHistory(Variable rows) {
    this.rows = rows;
  }

  /**
   * Appends to a graph what keeps them.
   *
   * @param name of the variable, (length, scalars): a row for each run, the newest last
   * @param length how many runs it holds
   */
  public static LossHistory keep(Graph graph, String name, int length, Node... scalars) {
    int count = scalars.length;
    Variable rows = Variable.state(name, Shape.of(length, count), Initializers.zeros());
    Node[] cells =
        Arrays.stream(scalars).map(s -> Ops.reshape(s, Shape.of(1, 1))).toArray(Node[]::new);
    Node newest = Ops.concat(1, cells);
    graph.assign(
        rows,
        length == 1
            ? newest
            : Ops.concat(0, Ops.slice(graph.read(rows), 0, 1, length), newest));
    return new LossHistory(rows);
  }

  /** What holds them; no run needs what an earlier one has left in it. */
  public Variable variable() {
    return rows;
  }

  /** How many runs it holds. */
  public int length() {
    return rows.shape().dim(0);
  }

  /**
   * Of the last runs, oldest first: a row for each, with the scalars in their order. Waits for runs
   * that are queued.
   *
   * @throws ProgramException when it holds fewer
   */
  public double[][] last(Store store, int runs) {
    if (runs < 0 || runs > length()) {
      throw new ProgramException(
          "history '%s': it holds the last %d runs, asked for %d. Read it more often or make it longer."
              .formatted(rows.name(), length(), runs));
    }
    int width = rows.shape().dim(1);
    double[] all = store.doubles(rows.name());
    double[][] last = new double[runs][];
    for (int i = 0; i < runs; i++) {
      int from = (length() - runs + i) * width;
      last[i] = Arrays.copyOfRange(all, from, from + width);
    }
    return last;
  }
}
