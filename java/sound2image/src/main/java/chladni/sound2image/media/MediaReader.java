package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Reads videos and sounds in worker processes of lower priority.
 *
 * <p>Safe to call from many threads; as many calls run at once as there are workers. A worker
 * starts at its first call, is replaced after some hundred clips and after any fault, and ends with
 * the reader or with this process.
 */
public final class MediaReader implements AutoCloseable {
  private static final int CLIPS_PER_WORKER = 500;
  private static final long WATCH_MILLISECONDS = 20;

  private final MediaLimits limits;
  private final List<Seat> seats = new ArrayList<>();
  private final BlockingQueue<Seat> free;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("chladni-media-watch").factory());
  private volatile boolean closed;

  /** A place for one worker after another. */
  private static final class Seat {
    volatile WorkerProcess worker;
  }

  /** One worker for every two processors, with the default limits. */
  public MediaReader() {
    this(MediaLimits.defaults(), Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }

  /**
   * A reader whose workers start when they are first needed.
   *
   * @param limits what a file may ask for
   * @param workers how many processes decode at once
   */
  public MediaReader(MediaLimits limits, int workers) {
    if (workers < 1 || workers > 256) {
      throw new IllegalArgumentException(
          "media reader: workers must lie in [1, 256], got %d. Start with one per two processors."
              .formatted(workers));
    }
    this.limits = limits;
    free = new ArrayBlockingQueue<>(workers);
    for (int i = 0; i < workers; i++) {
      seats.add(new Seat());
    }
    free.addAll(seats);
    watcher.scheduleWithFixedDelay(
        this::inspect, WATCH_MILLISECONDS, WATCH_MILLISECONDS, TimeUnit.MILLISECONDS);
  }

  /** How many calls can run at once. */
  public int workers() {
    return seats.size();
  }

  /**
   * Reads frames and sound of a window of a video.
   *
   * @throws MediaException if the file cannot be read; the reader stays usable
   */
  public Clip readVideo(Path file, VideoRequest request) {
    requireSeconds(request.seconds());
    return read(new WorkerProtocol.Request.OfVideo(file, request));
  }

  /**
   * Reads the beginning of the sound of an audio file or video: mono, 22,050 Hz, in [-256, 256].
   *
   * @param maxSeconds where to stop; a shorter file gives a shorter sound
   * @throws MediaException if the file cannot be read; the reader stays usable
   */
  public Waveform readSound(Path file, double maxSeconds) {
    requireSeconds(maxSeconds);
    return read(new WorkerProtocol.Request.OfSound(file, maxSeconds)).sound();
  }

  private void requireSeconds(double seconds) {
    if (!(seconds > 0 && seconds <= limits.maxSeconds())) {
      throw new IllegalArgumentException(
          "media reader: seconds must lie in (0, %s], got %s. Raise MediaLimits.maxSeconds."
              .formatted(limits.maxSeconds(), seconds));
    }
  }

  private Clip read(WorkerProtocol.Request request) {
    if (!Files.isRegularFile(request.file())) {
      throw new MediaException(request.file(), Reason.MISSING, "is not a readable file");
    }
    Seat seat;
    try {
      seat = free.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "media reader: interrupted while waiting for a worker. Read the file again.", e);
    }
    try {
      requireOpen();
      return read(request, seat);
    } finally {
      free.add(seat);
    }
  }

  private Clip read(WorkerProtocol.Request request, Seat seat) {
    try {
      if (seat.worker != null && (worn(seat.worker) || !seat.worker.alive())) {
        retire(seat);
      }
      if (seat.worker == null) {
        seat.worker = new WorkerProcess(limits);
        if (closed) {
          // close() may have looked before the worker was seated.
          retire(seat);
          requireOpen();
        }
        seat.worker.handshake();
      }
      return seat.worker.exchange(request);
    } catch (MediaException e) {
      if (e.reason() == Reason.CORRUPT) {
        // What a damaged file has done to FFmpeg's memory is not for the next file to find out.
        retire(seat);
      }
      throw e;
    } catch (IOException e) {
      if (seat.worker == null) {
        throw new MediaException(
            request.file(), Reason.WORKER_DIED, "found no worker, " + e.getMessage(), e);
      }
      MediaException obituary = seat.worker.obituary(request.file(), e);
      retire(seat);
      requireOpen();
      throw obituary;
    }
  }

  private boolean worn(WorkerProcess worker) {
    return worker.clips() >= CLIPS_PER_WORKER
        || worker.residentMiB() > limits.maxResidentMiB() * 3L / 4;
  }

  private static void retire(Seat seat) {
    seat.worker.close();
    seat.worker = null;
  }

  private void inspect() {
    for (Seat seat : seats) {
      WorkerProcess worker = seat.worker;
      if (worker != null) {
        worker.inspect();
      }
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("media reader: it is closed. Open a new one.");
    }
  }

  /** Ends the workers; calls that are under way fail. */
  @Override
  public void close() {
    closed = true;
    watcher.shutdownNow();
    for (Seat seat : seats) {
      WorkerProcess worker = seat.worker;
      if (worker != null) {
        worker.close();
      }
    }
  }
}
