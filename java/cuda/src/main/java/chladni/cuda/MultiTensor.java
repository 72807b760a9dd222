package chladni.cuda;

import chladni.engine.plan.Buffer;
import chladni.engine.plan.ElementwiseStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Which steps of a plan run in one launch: fused kernels with the same instructions and stores on
 * operands of their own, such as an optimizer's update of each weight. A step of a network on a
 * small batch has more launches of this sort than of any other, and each costs more than its work.
 *
 * <p>The first of them waits for the last, where nothing between touches what they touch, so a
 * result that one of them reads lives longer. What waits stays below a limit: a gradient shall
 * still be in the second-level cache of the card when its weight is updated, and the arena shall
 * not grow by all gradients at once.
 *
 * <p>So may a convolution and {@link ChannelSums} behind it.
 */
final class MultiTensor {
  /** Bytes of the arena that members of a batch may keep waiting: most of 50 MB. */
  private static final long WAITING = 32L << 20;

  /** Members by their number in the plan. */
  private static final class Batch {
    private final List<Integer> members = new ArrayList<>();
    private long waiting;

    private int last() {
      return members.getLast();
    }
  }

  private final List<Step> steps;
  private final ToLongFunction<Buffer> bytes;

  private MultiTensor(List<Step> steps, ToLongFunction<Buffer> bytes) {
    this.steps = steps;
    this.bytes = bytes;
  }

  /**
   * The steps of a plan in an order with the same results; those of one list run in one launch.
   *
   * @param bytes the size of a buffer
   */
  static List<List<Step>> of(Plan plan, ToLongFunction<Buffer> bytes) {
    return new MultiTensor(plan.steps(), bytes).gather();
  }

  private List<List<Step>> gather() {
    Map<FusedProgram, Batch> open = new LinkedHashMap<>();
    Batch[] batchOf = new Batch[steps.size()];
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      for (Iterator<Batch> all = open.values().iterator(); all.hasNext(); ) {
        if (all.next().members.stream().anyMatch(m -> conflict(steps.get(m), step))) {
          all.remove();
        }
      }
      if (step instanceof ElementwiseStep s && FusedLaunches.canBatch(s)) {
        FusedProgram program = FusedProgram.of(s);
        Batch batch = open.computeIfAbsent(program, _ -> new Batch());
        batch.members.add(i);
        batch.waiting += arena(s);
        batchOf[i] = batch;
        if (batch.waiting > WAITING) {
          open.remove(program);
        }
      }
    }
    List<List<Step>> order = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      if (batchOf[i] == null) {
        boolean summed =
            i + 1 < steps.size() && ChannelSums.follow(steps.get(i), steps.get(i + 1));
        order.add(summed ? List.of(steps.get(i), steps.get(++i)) : List.of(steps.get(i)));
      } else if (batchOf[i].last() == i) {
        order.add(batchOf[i].members.stream().map(steps::get).toList());
      }
    }
    return order;
  }

  /** Whether one must stay before the other: one of them writes what the other touches. */
  private static boolean conflict(Step a, Step b) {
    return meet(a.writes(), b.reads())
        || meet(a.writes(), b.writes())
        || meet(a.reads(), b.writes());
  }

  private static boolean meet(List<Buffer> some, List<Buffer> others) {
    return some.stream().anyMatch(a -> others.stream().anyMatch(a::sharesMemoryWith));
  }

  private long arena(Step step) {
    Set<Buffer> all = new HashSet<>(step.reads());
    all.addAll(step.writes());
    return all.stream()
        .filter(b -> b.place() instanceof Place.Arena)
        .mapToLong(bytes)
        .sum();
  }
}
