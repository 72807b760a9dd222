package chladni.sound2image.training;

import chladni.engine.backend.Program;

/** Writes the inputs of a step; a function of the step alone, so that a resumed run sees the same. */
@FunctionalInterface
public interface Batches {
  /**
   * @param step counted from 1
   */
  void write(long step, Program program);
}
