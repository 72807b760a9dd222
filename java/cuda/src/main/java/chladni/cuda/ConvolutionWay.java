package chladni.cuda;

import java.util.List;

/**
 * One way to do a convolution with what follows on its result. {@link Convolutions} names them all,
 * in their order.
 */
interface ConvolutionWay {
  /** One word that stands for it in files; never given to another way. */
  String name();

  /**
   * What does this convolution in this way, best first; empty where nothing does, and then the
   * reasons are in the log. Those that are not taken must be closed.
   *
   * @param most how many at most
   */
  List<Candidate> candidates(ConvolutionTask task, int most);

  /** An implementation, ready to be a part of the step. */
  interface Candidate extends AutoCloseable {
    /** Adds it and what it works in to the step, which owns it then. */
    void add();

    @Override
    default void close() {}
  }
}
