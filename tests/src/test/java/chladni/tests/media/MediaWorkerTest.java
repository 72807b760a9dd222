package chladni.tests.media;

import static chladni.tests.media.MediaFixtures.brightening;
import static chladni.tests.media.MediaFixtures.signal;
import static chladni.tests.media.MediaFixtures.tone;
import static chladni.tests.media.MediaFixtures.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import chladni.sound2image.media.Clip;
import chladni.sound2image.media.MediaException.Reason;
import chladni.sound2image.media.MediaException;
import chladni.sound2image.media.MediaLimits;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.media.VideoRequest;
import chladni.sound2image.media.VideoWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MediaWorkerTest {
  private static final VideoRequest REQUEST = VideoRequest.evenly(3, 32, 2);

  @TempDir private Path folder;
  private Path video;
  private Set<Long> earlier;

  @BeforeEach
  void writeVideo() {
    earlier = workers();
    video = folder.resolve("clip.mp4");
    VideoWriter.of(video).write(video, brightening(20), 10, tone(440, 2, 100));
  }

  private long onlyWorker() {
    Set<Long> ours = new HashSet<>(workers());
    ours.removeAll(earlier);
    assertThat(ours).hasSize(1);
    return ours.iterator().next();
  }

  @Test
  void aWorkerServesManyFilesAndEndsWithTheReader() {
    long pid;
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), 1)) {
      reader.readVideo(video, REQUEST);
      pid = onlyWorker();
      reader.readSound(video, 1);
      assertThat(onlyWorker()).isEqualTo(pid);
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void workersRunAtLowerPriority() throws Exception {
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), 1)) {
      reader.readVideo(video, REQUEST);
      String stat = Files.readString(Path.of("/proc/" + onlyWorker() + "/stat"));
      // Fields are counted behind the name in parentheses; nice is the 19th of all.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      assertThat(Integer.parseInt(fields[16])).isPositive();
    }
  }

  @Test
  void aWorkerKilledBetweenFilesIsReplaced() throws Exception {
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), 1)) {
      reader.readVideo(video, REQUEST);
      long pid = onlyWorker();
      signal("KILL", pid);
      ProcessHandle.of(pid).ifPresent(handle -> handle.onExit().join());
      assertThat(reader.readVideo(video, REQUEST).frames()).hasSize(3);
      assertThat(onlyWorker()).isNotEqualTo(pid);
    }
  }

  @Test
  void aWorkerKilledMidwayCostsOneFile() throws Exception {
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), 1);
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      reader.readVideo(video, REQUEST);
      long pid = onlyWorker();
      signal("STOP", pid);
      Future<MediaException> failure =
          threads.submit(
              () ->
                  catchThrowableOfType(
                      MediaException.class, () -> reader.readVideo(video, REQUEST)));
      // The stopped worker cannot answer: whenever the blow falls, it falls before the answer.
      Thread.sleep(200);
      signal("KILL", pid);
      assertThat(failure.get().reason()).isEqualTo(Reason.WORKER_DIED);
      assertThat(failure.get().file()).isEqualTo(video);
      assertThat(reader.readVideo(video, REQUEST).frames()).hasSize(3);
    }
  }

  @Test
  void aWorkerThatHangsIsEndedAndReplaced() throws Exception {
    MediaLimits limits = MediaLimits.defaults().withMaxWallSeconds(5);
    try (MediaReader reader = new MediaReader(limits, 1)) {
      reader.readVideo(video, REQUEST);
      long pid = onlyWorker();
      signal("STOP", pid);
      MediaException e =
          catchThrowableOfType(MediaException.class, () -> reader.readVideo(video, REQUEST));
      assertThat(e.reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(e.detail()).contains("5.0 s");
      assertThat(reader.readVideo(video, REQUEST).frames()).hasSize(3);
      assertThat(onlyWorker()).isNotEqualTo(pid);
    }
  }

  @Test
  void aWorkerThatGrowsTooLargeIsEnded() {
    // No JVM with FFmpeg fits into 8 MiB.
    try (MediaReader reader = new MediaReader(MediaLimits.defaults().withMaxResidentMiB(8), 1)) {
      MediaException e =
          catchThrowableOfType(MediaException.class, () -> reader.readVideo(video, REQUEST));
      assertThat(e.reason()).isEqualTo(Reason.MEMORY);
      assertThat(e.detail()).contains("8 MiB");
    }
    assertThat(workers()).isEqualTo(earlier);
  }

  @Test
  void aDamagedFileCostsTheWorkerAndSomeHundredClipsWearItOut() throws Exception {
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), 1)) {
      reader.readSound(video, 0.1);
      long first = onlyWorker();
      Path broken = folder.resolve("broken.mp4");
      byte[] head = new byte[4096];
      System.arraycopy(Files.readAllBytes(video), 0, head, 0, 40);
      Files.write(broken, head);
      MediaException e =
          catchThrowableOfType(MediaException.class, () -> reader.readSound(broken, 1));
      assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
      reader.readSound(video, 0.1);
      long second = onlyWorker();
      assertThat(second).isNotEqualTo(first);
      for (int i = 0; i < 500; i++) {
        reader.readSound(video, 0.1);
      }
      assertThat(onlyWorker()).isNotEqualTo(second);
    }
  }

  @Test
  void manyThreadsShareTheWorkers() throws Exception {
    try (MediaReader reader = new MediaReader(MediaLimits.defaults(), 2);
        ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<Clip>> clips = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        clips.add(threads.submit(() -> reader.readVideo(video, REQUEST)));
      }
      Clip first = clips.getFirst().get();
      for (Future<Clip> clip : clips) {
        assertThat(clip.get().sound().samples()).isEqualTo(first.sound().samples());
        assertThat(clip.get().frames().getLast().rgb()).isEqualTo(first.frames().getLast().rgb());
      }
      Set<Long> ours = new HashSet<>(workers());
      ours.removeAll(earlier);
      assertThat(ours).hasSizeBetween(1, 2);
    }
  }

  @Test
  void aClosedReaderSaysSo() {
    MediaReader reader = new MediaReader();
    reader.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> reader.readVideo(video, REQUEST))
        .withMessageContaining("closed");
  }

  @Test
  void requestsBeyondTheLimitsAreTheCallersMistake() {
    try (MediaReader reader = new MediaReader()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> reader.readSound(video, 1e6))
          .withMessageContaining("maxSeconds");
      assertThatIllegalArgumentException().isThrownBy(() -> reader.readSound(video, Double.NaN));
      assertThatIllegalArgumentException().isThrownBy(() -> new VideoRequest(0, 32, 0, 1));
      assertThatIllegalArgumentException().isThrownBy(() -> new VideoRequest(1, 32, -1, 1));
    }
  }
}
