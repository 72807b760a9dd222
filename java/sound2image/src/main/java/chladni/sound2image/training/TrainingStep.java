package chladni.sound2image.training;

import chladni.engine.LossHistory;
import chladni.engine.backend.Backend;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Variable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One network, or one pair of them, in training: a program to run and what to save of it. */
public interface TrainingStep extends AutoCloseable {
  /** What the program was compiled by. */
  Backend backend();

  Program program();

  Store store();

  /** The program's outputs to log, in the order of the columns. */
  List<String> losses();

  /** Those of the last steps. */
  LossHistory history();

  /** Every variable of a checkpoint: weights, statistics, moments, counters. */
  List<Variable> variables();

  /** Writes what a user of the trained network needs to {@code folder}. */
  void saveWeights(Path folder, Map<String, String> metadata);

  @Override
  void close();
}
