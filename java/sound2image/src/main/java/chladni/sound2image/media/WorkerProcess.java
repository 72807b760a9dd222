package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One child JVM that decodes. A watcher may call {@link #inspect} from another thread; everything
 * else belongs to the thread that holds the worker.
 */
final class WorkerProcess implements AutoCloseable {
  private static final double START_SECONDS = 60;
  private static final int PIPE_BYTES = 1 << 16;
  private static final int LAST_LINES = 6;
  private static final long EXIT_MILLISECONDS = 2000;

  private final MediaLimits limits;
  private final Process process;
  private final DataOutputStream requests;
  private final DataInputStream answers;
  private final Deque<String> lastWords = new ArrayDeque<>();
  private final Thread listener;
  private double allowedSeconds;

  /** System.nanoTime() at which the answer is due; 0 while none is. */
  private long deadline;

  private Kill kill;
  private int clips;

  /** Why the watcher ended the process. */
  private record Kill(Reason reason, String detail) {}

  WorkerProcess(MediaLimits limits) throws IOException {
    this.limits = limits;
    process = new ProcessBuilder(command()).start();
    requests =
        new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), PIPE_BYTES));
    answers = new DataInputStream(new BufferedInputStream(process.getInputStream(), PIPE_BYTES));
    listener = Thread.ofPlatform().daemon().name("chladni-media-stderr").start(this::listen);
    expectWithin(START_SECONDS);
  }

  /**
   * The shell moves the answers' pipe from descriptor 1 to 3 and lets what libraries print go to
   * stderr. {@code nice} keeps a training beside us at full speed.
   */
  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/bin/sh", "-c", "exec nice -n 10 \"$@\" 3>&1 1>&2", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Xshare:auto",
            "-Xms16m",
            "-Xmx256m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ActiveProcessorCount=1",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=30",
            "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+ErrorFileToStderr",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            // Every native object is closed by hand; JavaCPP's own bookkeeping only costs time.
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-Dorg.bytedeco.javacpp.maxBytes=0",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
    String cache = System.getProperty("org.bytedeco.javacpp.cachedir");
    if (cache != null) {
      command.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(DecodeWorker.class.getName(), "/dev/fd/3"));
    return command;
  }

  /** Waits until the worker has loaded FFmpeg. */
  void handshake() throws IOException {
    WorkerProtocol.writeLimits(requests, limits);
    WorkerProtocol.readReady(answers);
    expectNothing();
  }

  /** Sends a request and waits for its answer, the watcher's blow, or the worker's death. */
  Clip exchange(WorkerProtocol.Request request) throws IOException {
    clips++;
    expectWithin(limits.maxWallSeconds());
    try {
      WorkerProtocol.write(requests, request);
      return WorkerProtocol.readAnswer(answers, request, limits);
    } finally {
      expectNothing();
    }
  }

  private synchronized void expectWithin(double seconds) {
    allowedSeconds = seconds;
    deadline = System.nanoTime() + (long) (seconds * 1e9) | 1;
  }

  /** After this the watcher is done with the request: a late blow cannot hit the next one. */
  private synchronized void expectNothing() {
    deadline = 0;
  }

  /** Ends the process if it is late or too large. */
  synchronized void inspect() {
    if (deadline == 0 || kill != null) {
      return;
    }
    if (System.nanoTime() - deadline > 0) {
      end(Reason.TIMEOUT, "took longer than %.1f s".formatted(allowedSeconds));
    } else if (residentMiB() > limits.maxResidentMiB()) {
      end(
          Reason.MEMORY,
          "needed more than %d MiB, the worker held %d"
              .formatted(limits.maxResidentMiB(), residentMiB()));
    }
  }

  private void end(Reason reason, String detail) {
    kill = new Kill(reason, detail);
    process.destroyForcibly();
  }

  /** Resident memory from /proc, 0 where there is none. */
  long residentMiB() {
    try (BufferedReader status =
        Files.newBufferedReader(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      for (String line = status.readLine(); line != null; line = status.readLine()) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
        }
      }
    } catch (IOException _) {
      // The process has just ended.
    }
    return 0;
  }

  synchronized boolean alive() {
    return kill == null && process.isAlive();
  }

  int clips() {
    return clips;
  }

  /** What became of a worker that did not answer. */
  MediaException obituary(Path file, IOException cause) {
    process.destroyForcibly();
    try {
      process.waitFor(EXIT_MILLISECONDS, TimeUnit.MILLISECONDS);
      listener.join(EXIT_MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    Kill killed;
    synchronized (this) {
      killed = kill;
    }
    if (killed != null) {
      return new MediaException(file, killed.reason, killed.detail, cause);
    }
    String exit = process.isAlive() ? "still ending" : "exit " + process.exitValue();
    String words;
    synchronized (lastWords) {
      words = lastWords.isEmpty() ? "" : ": " + String.join(" | ", lastWords);
    }
    String detail = "ended its decoding process (%s)%s".formatted(exit, words);
    return new MediaException(file, Reason.WORKER_DIED, detail, cause);
  }

  private void listen() {
    try (BufferedReader lines = process.errorReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (lastWords) {
          // The head of a crash report says what happened, its end is a list of libraries.
          if (lastWords.size() < LAST_LINES && !line.isBlank()) {
            lastWords.add(line.strip());
          }
        }
      }
    } catch (IOException _) {
      // The process has ended.
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(EXIT_MILLISECONDS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
