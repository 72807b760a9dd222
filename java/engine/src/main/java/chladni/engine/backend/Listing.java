package chladni.engine.backend;

import chladni.engine.api.Experimental;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a program does at each run, step by step in the order of execution, and the memory that it
 * takes: all of it known before the first run. {@link #toString} is the table that {@link
 * Program#explain} gives.
 *
 * @param backend the device, its kernels and libraries
 */
@Experimental
public record Listing(String backend, List<Step> steps, Memory memory) {
  /** What sort of thing a step is. */
  public enum Kind {
    /** A convolution in one of its three directions or a matrix product, with its epilogue. */
    PRODUCT,
    /** Another operation that has an implementation of its own, such as a pooling. */
    OPERATION,
    /** A fused kernel. */
    ELEMENTWISE,
    /** A fused kernel whose results are reduced. */
    REDUCTION,
    /** Values go elsewhere as they lie: a part of a concat, a broadcast, an assignment. */
    COPY,
    /** The same values in another layout, at every run. */
    REORDER,
    /** A variable in another layout, made when the variable has changed since. */
    PACK,
    /** Counts a variable's versions. */
    VERSION
  }

  /** Whose memory a tensor is in. */
  public enum Where {
    /** The program's arena, which results share by lifetime. */
    ARENA,
    /** An array of its own, where there is no arena. */
    ARRAY,
    /** The storage of a variable. */
    VARIABLE,
    /** A copy of a variable in another layout, kept beside it. */
    COPY,
    /** Memory that means nothing between steps. */
    SCRATCH,
    /** What the host writes. */
    INPUT,
    /** What the host reads. */
    OUTPUT
  }

  /**
   * Where a tensor lies.
   *
   * @param name of the variable, input or output; empty for the others
   * @param offset bytes from the start of the arena; 0 for the others
   */
  public record Place(Where where, String name, long offset) {
    public static Place arena(long offset) {
      return new Place(Where.ARENA, "", offset);
    }

    public static Place of(Where where, String name) {
      return new Place(where, name, 0);
    }

    @Override
    public String toString() {
      return switch (where) {
        case ARENA -> "arena+" + offset;
        case ARRAY -> "array";
        case VARIABLE -> name;
        case COPY -> "copy of " + name;
        case SCRATCH -> "scratch";
        case INPUT -> "in:" + name;
        case OUTPUT -> "out:" + name;
      };
    }
  }

  /**
   * One operand or result.
   *
   * @param label the node whose value it holds
   * @param layout {@code row-major}, {@code nhwc}, or the axes of a weight from the outermost with
   *     its blocks, such as {@code ABcd16b16a}
   * @param bytes its physical size
   */
  public record Tensor(String label, String layout, Place place, long bytes) {}

  /**
   * What a step or a program costs. Counts are of the work asked for, so they do not depend on the
   * implementation.
   *
   * @param products FLOPs of convolutions and matrix products, a multiply-add as two: {@code 2 N O
   *     oH oW C/groups kH kW} for a convolution, for its data gradient (or a transposed
   *     convolution) and for its weight gradient alike, taps on padding included; {@code 2 M N K}
   * @param others FLOPs of everything else: the instructions of a fused kernel times its points, one
   *     more for each reduced value, one for each stage of an epilogue, as {@link
   *     chladni.engine.graph.Op#flops} says for other operations
   * @param read bytes of what is read, each element of each operand once
   * @param written bytes of what is written
   */
  public record Work(long products, long others, long read, long written) {
    public static final Work NONE = new Work(0, 0, 0, 0);

    public long flops() {
      return products + others;
    }

    public Work plus(Work other) {
      return new Work(
          products + other.products,
          others + other.others,
          read + other.read,
          written + other.written);
    }
  }

  /**
   * One thing that a run does.
   *
   * @param label the nodes whose values it writes, with their scopes; or what else it is about
   * @param nodes all nodes that it computes, in order, written or not; empty when it only moves
   * @param implementation oneDNN's name of a primitive; or the kernel and its instruction set
   */
  public record Step(
      Kind kind,
      String label,
      List<String> nodes,
      String implementation,
      List<Tensor> reads,
      List<Tensor> writes,
      Work work) {
    /**
     * Whether it brings values into another layout between two other steps of a run, which a choice
     * of layouts should have spared: neither the host nor a new version of a variable asks for it.
     */
    public boolean isInteriorReorder() {
      return kind == Kind.REORDER
          && reads.stream().noneMatch(t -> t.place().where() == Where.INPUT)
          && writes.stream().noneMatch(t -> t.place().where() == Where.OUTPUT);
    }
  }

  /**
   * Bytes that a program works in. Generated code and the bookkeeping of libraries, a few MiB, are
   * not among them.
   *
   * @param arena results that pass from step to step
   * @param scratch working memory that all steps share, and on cuda the tables of their kernels
   * @param variables the storage of those that the program touches, which programs of a store share
   * @param copies of variables in other layouts, shared likewise
   */
  public record Memory(
      long arena, long scratch, long variables, long copies, long inputs, long outputs) {
    public long total() {
      return arena + scratch + variables + copies + inputs + outputs;
    }
  }

  public Listing {
    steps = List.copyOf(steps);
  }

  /**
   * One run's work. A variable that the program does not change is packed at the first run only and
   * does not count.
   */
  public Work work() {
    Set<String> changed = new HashSet<>();
    for (Step step : steps) {
      if (step.kind() == Kind.VERSION) {
        step.writes().forEach(t -> changed.add(t.place().name()));
      }
    }
    return steps.stream()
        .filter(s -> s.kind() != Kind.PACK || changed.contains(s.reads().getFirst().place().name()))
        .map(Step::work)
        .reduce(Work.NONE, Work::plus);
  }

  /** A line for each step that computes or moves something, then the totals. */
  @Override
  public String toString() {
    return ListingText.of(this);
  }
}
