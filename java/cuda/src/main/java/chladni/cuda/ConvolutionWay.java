package chladni.cuda;

import java.util.List;
import java.util.function.Consumer;

/**
 * One way to do a convolution with what follows on its result. {@link Convolutions} names them all,
 * in their order.
 */
interface ConvolutionWay {
  /** One word that stands for it in files; never given to another way. */
  String name();

  /**
   * What does this convolution in this way, best first; empty where nothing does, and then the
   * reasons are in the log. To be closed.
   *
   * @param most how many plans of a library may be made for it, at least 1
   */
  List<Candidate> candidates(ConvolutionTask task, int most);

  /** What was chosen before, to be closed; null where it cannot be had. */
  default Candidate again(ConvolutionTask task, Choice choice) {
    return candidates(task, 1).stream()
        .filter(c -> c.name().equals(choice.name()))
        .findFirst()
        .orElse(null);
  }

  /** An implementation, ready to be a part of a step. */
  interface Candidate extends AutoCloseable {
    /** Of the choice. */
    String name();

    /** By which it can be had again. */
    Choice choice();

    /** Whether it makes the sums behind the task, too. */
    default boolean sums() {
      return false;
    }

    /** Adds it to the task's lowering, where it must live as long as what was added. */
    void add(ConvolutionTask task);

    @Override
    void close();

    /** The only one that a way has, with nothing to free. */
    static Candidate of(String way, Consumer<ConvolutionTask> adds) {
      return new Candidate() {
        @Override
        public String name() {
          return way;
        }

        @Override
        public Choice choice() {
          return Choice.of(way);
        }

        @Override
        public void add(ConvolutionTask task) {
          adds.accept(task);
        }

        @Override
        public void close() {}
      };
    }
  }
}
