package chladni.tests.plan;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Node;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Padding;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Variable;
import chladni.engine.graph.Window;
import chladni.engine.nn.Initializers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Graphs of elementwise operations, views and reductions, drawn from a seed. */
final class RandomGraphs {
  private final Random random;
  private final Graph graph = new Graph();
  private final List<Node> pool = new ArrayList<>();

  private RandomGraphs(long seed) {
    this.random = new Random(seed);
  }

  static Graph draw(long seed) {
    return new RandomGraphs(seed).draw();
  }

  private Graph draw() {
    int leaves = 1 + random.nextInt(3);
    for (int i = 0; i < leaves; i++) {
      pool.add(graph.input("x" + i, shape()));
    }
    List<Variable> variables = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      variables.add(Variable.state("v" + i, shape(), Initializers.normal(0, 0.5)));
      pool.add(graph.read(variables.get(i)));
    }
    int nodes = 5 + random.nextInt(40);
    for (int i = 0; i < nodes; i++) {
      Node next = next();
      if (next.shape().elements() <= 4000) {
        pool.add(next);
      }
      if (random.nextInt(12) == 0) {
        assign(variables.get(random.nextInt(variables.size())));
      }
    }
    for (int i = 0; i < 3; i++) {
      graph.output("y" + i, pick());
    }
    graph.output("last", pool.get(pool.size() - 1));
    return graph;
  }

  /** A bounded function of nodes so far, in the variable's shape. */
  private void assign(Variable v) {
    Node value = pick();
    if (value.shape().elements() != v.shape().elements()) {
      value = Ops.mul(Ops.mean(value), graph.read(v));
    }
    pool.add(graph.assign(v, Ops.tanh(Ops.reshape(value, v.shape()))));
    if (random.nextBoolean()) {
      pool.add(graph.read(v));
    }
  }

  private Shape shape() {
    return switch (random.nextInt(7)) {
      case 0 -> Shape.SCALAR;
      case 1 -> Shape.of(dim());
      case 2 -> Shape.of(dim(), dim());
      case 3 -> Shape.of(dim(), dim(), dim());
      default -> Shape.of(2 * dim(), dim(), 2 * dim(), 2 * dim());
    };
  }

  private int dim() {
    return 1 + random.nextInt(3);
  }

  private Node pick() {
    return pool.get(random.nextInt(pool.size()));
  }

  private Node next() {
    Node x = random.nextInt(3) == 0 ? pool.get(pool.size() - 1) : pick();
    return switch (random.nextInt(6)) {
      case 0, 1 -> unary(x);
      case 2, 3 -> binary(x);
      case 4 -> view(x);
      default -> random.nextBoolean() ? reduction(x) : gathered(x);
    };
  }

  private Node unary(Node x) {
    return switch (random.nextInt(10)) {
      case 0 -> Ops.tanh(x);
      case 1 -> Ops.sigmoid(x);
      case 2 -> Ops.leakyRelu(x, 0.2);
      case 3 -> Ops.neg(x);
      case 4 -> Ops.scale(x, 0.5);
      case 5 -> Ops.shift(x, -0.25);
      case 6 -> Ops.abs(x);
      case 7 -> Ops.softplus(x);
      case 8 -> Ops.mul(x, graph.constant(1, x.shape()));
      default -> Ops.stopGradient(x);
    };
  }

  private Node binary(Node x) {
    Node y = pick();
    if (random.nextInt(4) == 0) {
      y = Ops.mean(y);
    } else {
      for (int i = 0; i < 10 && !y.shape().equals(x.shape()); i++) {
        y = pick();
      }
      if (!y.shape().equals(x.shape())) {
        y = x.shape().elements() % y.shape().elements() == 0 ? repeated(y, x) : unary(x);
      }
    }
    return switch (random.nextInt(6)) {
      case 0 -> Ops.add(x, y);
      case 1 -> Ops.sub(x, y);
      case 2 -> Ops.tanh(Ops.mul(x, y));
      case 3 -> Ops.maximum(x, y);
      case 4 -> Ops.where(Ops.greater(x, y), x, Ops.tanh(y));
      default -> Ops.minimum(y, x);
    };
  }

  /** Any smaller tensor in the shape of a larger one: by broadcast of a flat form and a reshape. */
  private Node repeated(Node y, Node like) {
    int n = (int) y.shape().elements();
    int times = (int) (like.shape().elements() / n);
    boolean rows = random.nextBoolean();
    Node flat = Ops.reshape(y, rows ? Shape.of(1, n) : Shape.of(n, 1));
    Node wide = Ops.broadcast(flat, rows ? Shape.of(times, n) : Shape.of(n, times));
    return Ops.reshape(wide, like.shape());
  }

  private Node view(Node x) {
    int rank = x.shape().rank();
    if (rank == 0) {
      return Ops.broadcast(x, Shape.of(dim(), dim()));
    }
    int axis = random.nextInt(rank);
    int extent = x.shape().dim(axis);
    if (random.nextInt(5) == 0) {
      return Ops.flip(x, axis);
    }
    return switch (random.nextInt(rank == 4 ? 8 : rank == 2 ? 7 : 5)) {
      case 0 -> {
        int from = random.nextInt(extent);
        yield Ops.slice(x, axis, from, from + 1 + random.nextInt(extent - from));
      }
      case 1 -> Ops.transpose(x, permutation(rank));
      case 2, 3 -> Ops.reshape(x, factored((int) x.shape().elements()));
      case 4 -> Ops.reshape(x, Shape.of((int) x.shape().elements()));
      case 5, 6 -> {
        if (rank == 4) {
          yield Ops.upsampleNearest2d(x, 2);
        }
        int groups = x.shape().dim(0);
        yield Ops.channelBroadcast(x, Shape.of(groups * dim(), x.shape().dim(1), dim(), dim()));
      }
      default -> Ops.channelBroadcast(Ops.channelSum(x, x.shape().dim(0)), x.shape());
    };
  }

  private int[] permutation(int rank) {
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      axes.add(random.nextInt(axes.size() + 1), i);
    }
    return axes.stream().mapToInt(i -> i).toArray();
  }

  /** A shape with so many elements. */
  private Shape factored(int elements) {
    List<Integer> dims = new ArrayList<>();
    int rest = elements;
    while (dims.size() < 3) {
      int d = 1 + random.nextInt(6);
      if (rest % d == 0) {
        dims.add(d);
        rest /= d;
      }
    }
    dims.add(random.nextInt(4), rest);
    return Shape.of(dims.stream().mapToInt(d -> d).toArray());
  }

  private Node reduction(Node x) {
    int rank = x.shape().rank();
    if (rank == 0) {
      return unary(x);
    }
    boolean keep = random.nextBoolean();
    int axis = random.nextInt(rank);
    int dim0 = x.shape().dim(0);
    if (rank == 4 && random.nextInt(3) == 0) {
      boolean even = x.shape().dim(2) % 2 == 0 && x.shape().dim(3) % 2 == 0;
      return switch (random.nextInt(4)) {
        case 0 -> Ops.maxPool2d(x, 2, 3, Window.of(1, 1));
        case 1 -> Ops.avgPool2d(x, 3, 2, Window.of(2, 1), false);
        case 2 -> Ops.resampleBilinear2d(x, 1 + random.nextInt(5), 3, random.nextBoolean());
        default -> even ? Ops.averagePool2d(x, 2) : Ops.mean(x, keep, 1, 3);
      };
    }
    return switch (random.nextInt(4)) {
      case 0 -> Ops.mean(x, keep, axis);
      case 1 -> Ops.max(x, keep, axis, random.nextInt(rank));
      case 2 -> rank < 2 ? Ops.mean(x) : Ops.channelMean(x, dim0 % 2 == 0 ? 2 : 1);
      default -> Ops.mean(x);
    };
  }

  private Node gathered(Node x) {
    int rank = x.shape().rank();
    if (rank == 0) {
      return unary(x);
    }
    int axis = random.nextInt(rank);
    int extent = x.shape().dim(axis);
    return switch (random.nextInt(5)) {
      case 0 -> Ops.pad(x, axis, random.nextInt(3), random.nextInt(3));
      case 1 -> Ops.pad(x, Padding.REFLECT, axis, random.nextInt(extent), random.nextInt(extent));
      case 2 -> Ops.topK(x, axis, 1 + random.nextInt(extent)).values();
      case 3 -> Ops.gatherAlong(x, Ops.argMax(unary(x), axis, true), axis);
      default -> Ops.concat(axis, x, unary(x), x);
    };
  }
}
