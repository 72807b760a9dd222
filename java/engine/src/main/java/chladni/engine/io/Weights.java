package chladni.engine.io;

import chladni.engine.backend.Precision;
import chladni.engine.backend.Store;
import chladni.engine.graph.DType;
import chladni.engine.graph.Variable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Weights as safetensors under the names that PyTorch gives them. A file either fits a network
 * completely or nothing of it is taken; only PyTorch's batch counters may be there or not.
 */
public final class Weights {
  private static final String BATCH_COUNTER = ".num_batches_tracked";

  private Weights() {}

  /** Writes everything that a store holds: weights, running statistics, the optimizer's state. */
  public static void save(Path file, Store store) {
    save(file, store, store.variables(), "", Map.of());
  }

  /**
   * Writes variables, their names without {@code prefix}.
   *
   * @param metadata what to keep beside them, such as the configuration
   */
  public static void save(
      Path file, Store store, List<Variable> variables, String prefix, Map<String, String> metadata) {
    save(file, null, store, variables, prefix, metadata);
  }

  /**
   * As {@link #save(Path, Store, List, String, Map)}, with what was there before kept.
   *
   * @param previous the new name of the file that is replaced, in the same folder; null drops it
   */
  public static void save(
      Path file,
      Path previous,
      Store store,
      List<Variable> variables,
      String prefix,
      Map<String, String> metadata) {
    List<NamedArray> arrays = new ArrayList<>();
    for (Variable v : variables) {
      String name = v.name().substring(prefix.length());
      long[] shape = Arrays.stream(v.shape().dims()).asLongStream().toArray();
      arrays.add(
          v.type().dtype() == DType.INT32
              ? NamedArray.of(name, shape, store.ints(v.name()))
              : store.precision() == Precision.FP64
                  ? NamedArray.of(name, shape, store.doubles(v.name()))
                  : NamedArray.of(name, shape, store.floats(v.name())));
    }
    SafeTensors.write(file, previous, arrays, metadata);
  }

  /**
   * Reads everything that a store holds; compile the programs first, since they declare it.
   *
   * @return the file's metadata
   * @throws BadFileException when keys are missing or left over, all of them named, or a shape
   *     differs; the store is unchanged then
   */
  public static Map<String, String> load(Path file, Store store) {
    return load(file, store, store.variables(), "");
  }

  /**
   * Reads every variable from the file into the store, which must know them.
   *
   * @return the file's metadata
   * @throws BadFileException when keys are missing or left over, all of them named, or a shape
   *     differs; the store is unchanged then
   */
  public static Map<String, String> load(
      Path file, Store store, List<Variable> variables, String prefix) {
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      check(file, tensors, variables, prefix);
      // Everything is read before anything is set: a damaged tensor must not leave half a network.
      List<Runnable> sets = new ArrayList<>();
      for (Variable v : variables) {
        String key = v.name().substring(prefix.length());
        if (v.type().dtype() == DType.INT32) {
          int[] values = tensors.ints(key);
          sets.add(() -> store.set(v.name(), values));
        } else if (store.precision() == Precision.FP64) {
          double[] values = tensors.doubles(key);
          sets.add(() -> store.set(v.name(), values));
        } else {
          float[] values = tensors.floats(key);
          sets.add(() -> store.set(v.name(), values));
        }
      }
      sets.forEach(Runnable::run);
      return tensors.metadata();
    }
  }

  /**
   * Whether a file fits a network, before there is a store to load it into.
   *
   * @throws BadFileException as {@link #load} would
   */
  public static void check(Path file, List<Variable> variables, String prefix) {
    try (SafeTensorsFile tensors = SafeTensors.read(file)) {
      check(file, tensors, variables, prefix);
    }
  }

  private static void check(
      Path file, SafeTensorsFile tensors, List<Variable> variables, String prefix) {
    Set<String> extra = new LinkedHashSet<>(tensors.names());
    extra.removeIf(name -> name.endsWith(BATCH_COUNTER));
    Set<String> wanted = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (Variable v : variables) {
      String key = v.name().substring(prefix.length());
      wanted.add(key);
      extra.remove(key);
      long[] shape = Arrays.stream(v.shape().dims()).asLongStream().toArray();
      if (tensors.has(key) && !Arrays.equals(shape, tensors.shape(key))) {
        problems.add(
            "'%s' must be %s, got %s"
                .formatted(key, Arrays.toString(shape), Arrays.toString(tensors.shape(key))));
      }
    }
    for (String key : wanted) {
      if (!tensors.has(key)) {
        problems.add("'%s' is missing%s".formatted(key, NearestName.hint(key, extra)));
      }
    }
    for (String key : extra) {
      problems.add(
          "'%s' belongs to no layer%s".formatted(key, NearestName.hint(key, wanted)));
    }
    if (!problems.isEmpty()) {
      throw new BadFileException(
          file,
          "the weights must fit the network: " + String.join("; ", problems),
          "Check with which net, channels and widths the file was made.");
    }
  }
}
