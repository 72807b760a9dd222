package chladni.tests.exact;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.sound2image.training.TrainingListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Trainings that are killed with SIGKILL, at moments drawn from a seed, and go on from what they
 * left, over and over until they are done. Every second kill waits for a file that is being written.
 */
final class Kills {
  private static final int THREADS = 2;
  private static final long STEPS = 40;
  private static final long SAVE_EVERY = 2;

  /** Two processes at a time: most of their lives is a start on one core. */
  private static final int AT_A_TIME = 2;

  private final Path root;
  private final long seed;
  private final Path pairs;
  private final SortedMap<String, String> whole;
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger kills = new AtomicInteger();
  private final AtomicInteger inAWrite = new AtomicInteger();

  /**
   * Trains once without interruption, in this process.
   *
   * @param root an empty folder for all of it
   */
  Kills(Path root, long seed) {
    this.root = root;
    this.seed = seed;
    pairs = TinyGan.pairs(root.resolve("pairs"));
    Path folder = root.resolve("whole");
    try (Engine engine = Engine.open("cpu", new BackendOptions(THREADS))) {
      TinyGan.train(engine.backend(), pairs, folder, STEPS, SAVE_EVERY, TrainingListener.SILENT);
    }
    whole = Folder.sums(folder);
  }

  /** The files of the run that was not interrupted. */
  SortedMap<String, String> whole() {
    return whole;
  }

  int kills() {
    return kills.get();
  }

  /** How many of them left a file half written. */
  int inAWrite() {
    return inAWrite.get();
  }

  /** Kills so many times and lets the runs come to their ends then; the files of each run. */
  List<SortedMap<String, String>> until(int wanted) throws Exception {
    List<SortedMap<String, String>> results = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService workers = Executors.newFixedThreadPool(AT_A_TIME)) {
      Callable<Void> work =
          () -> {
            while (kills() < wanted) {
              results.add(run(runs.getAndIncrement(), wanted));
            }
            return null;
          };
      for (Future<Void> done : workers.invokeAll(Collections.nCopies(AT_A_TIME, work))) {
        done.get();
      }
    }
    return results;
  }

  private SortedMap<String, String> run(int number, int wanted)
      throws IOException, InterruptedException {
    Path folder = root.resolve("killed-" + number);
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
    while (!livesToTheEnd(folder, random, wanted)) {}
    return Folder.sums(folder);
  }

  private boolean livesToTheEnd(Path folder, SplittableRandom random, int wanted)
      throws IOException, InterruptedException {
    int afterLines = random.nextInt(1, 9);
    long afterNanos = random.nextLong(TimeUnit.MILLISECONDS.toNanos(4));
    boolean waitForAWrite = random.nextBoolean();
    Process process = Trainee.start(pairs, folder, STEPS, SAVE_EVERY, THREADS, null);
    try (BufferedReader steps = process.inputReader()) {
      boolean spared = kills() >= wanted;
      for (int i = 0; (spared || i < afterLines) && steps.readLine() != null; i++) {}
      if (spared) {
        process.waitFor();
      } else if (waitForAWrite) {
        while (process.isAlive() && Folder.temporaries(folder) == 0) {
          TimeUnit.MICROSECONDS.sleep(100);
        }
      } else {
        TimeUnit.NANOSECONDS.sleep(afterNanos);
      }
    } finally {
      process.destroyForcibly();
    }
    int code = process.waitFor();
    if (code == 0) {
      return true;
    }
    if (code != 128 + 9) {
      throw new IllegalStateException("the training failed by itself, with exit code " + code);
    }
    kills.incrementAndGet();
    inAWrite.addAndGet(Folder.temporaries(folder) > 0 ? 1 : 0);
    return false;
  }

  /** {@code KILLS SEED}: prints a summary; exit code 1 when a run's files differ. */
  public static void main(String[] args) throws Exception {
    Path root = Files.createTempDirectory("chladni-kills-");
    Kills kills = new Kills(root, Long.parseLong(args[1]));
    List<SortedMap<String, String>> runs = kills.until(Integer.parseInt(args[0]));
    long different = runs.stream().filter(files -> !files.equals(kills.whole())).count();
    System.out.printf(
        "%d kills in %d runs, %d of them while a file was being written; runs whose files differ: %d%n",
        kills.kills(), runs.size(), kills.inAWrite(), different);
    System.out.println("seed " + args[1] + ", files in " + root);
    System.exit(different == 0 ? 0 : 1);
  }
}
