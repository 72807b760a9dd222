package chladni.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.sound2image.media.Container;
import chladni.sound2image.media.Picture;
import chladni.sound2image.media.VideoWriter;
import chladni.sound2image.media.Waveform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's own folder from videos to pictures, one command after the other, a few steps each. */
class StageCommandsTest {
  private static final List<String> CLASSES = List.of("bell", "drum", "wind");
  private static final String FEW = " --steps 2 --batch 2 --save-every 1 --device cpu";

  @TempDir Path folder;
  private Workbench bench;

  @Test
  void videosBecomeTrainingDataAndSoundsBecomePictures() throws IOException {
    bench = new Workbench(folder);
    videos("corpus", 4);
    videos("labelled", 1);
    Files.writeString(bench.path("corpus/bell/broken.mp4"), "#EXTM3U\nhttp://localhost/x\n");
    preparing();
    encoders();
    later();
    replaying();
    generating();
    evaluating();
    staleNetworksAreNotMixed();
  }

  private void preparing() throws IOException {
    done("prepare --data @corpus --out @run --seconds 1 --keep-mp3 --workers 1");
    assertThat(bench.err())
        .contains("skipped bell/broken: UNKNOWN_FORMAT")
        .contains("12 clips prepared, 1 files skipped");
    assertThat(bench.path("run/prepared/corpus/sounds/drum/0.mp3")).isNotEmptyFile();
    Path shard = bench.path("run/prepared/corpus/clips-00000.safetensors");
    byte[] before = Files.readAllBytes(shard);
    done("prepare --data @corpus --out @run --seconds 1");
    refused("prepare --data @corpus --out @run --seconds 2", "it holds clips of");
    refused("prepare --data @labelled --out @run --seconds 1", "it holds clips of");
    assertThat(Files.readAllBytes(shard)).isEqualTo(before);
  }

  private void encoders() throws IOException {
    done("prepare --data @labelled --out @run --set encoders --seconds 1");
    done("train encoders --run @run" + FEW);
    assertThat(bench.err()).contains("3 clips of 3 classes").contains("device cpu: asked for");
    refused("train encoders --run @run" + FEW, "holds a training already", "--resume");
    replayed("encoders/picture");
    replayed("encoders/sound");
    done("train encoders --run @run --resume --steps 3 --batch 2 --device cpu");
    assertThat(Files.readAllLines(bench.path("run/encoders/sound/metrics.jsonl"))).hasSize(3);

    Files.writeString(bench.path("labels.tsv"), "bell/0\tloud\nwind/9\tsoft\n");
    refused(
        "train encoders --run @run --resume --labels @labels.tsv" + FEW,
        "labels.tsv: 1 of its clips were not prepared: wind/9; did you mean 'wind/0'?");
    Files.writeString(bench.path("labels.tsv"), "bell/0\tloud\nwind/0\tsoft\n");
    refused(
        "train encoders --run @run --resume --labels @labels.tsv" + FEW,
        "classes was bell\ndrum\nwind, is loud\nsoft");
  }

  private void later() throws IOException {
    refused("train feature-gan --run @run" + FEW, "Run chladni train multimodal --run");
    // Three classes are all in any top 3, so every clip is kept, as whatever class.
    assertThat(bench.err()).contains("no selection yet: selecting", "12 clips: 12 kept");
    done("select --run @run --held-out 0.25 --device cpu");
    assertThat(bench.err()).contains("12 clips: 12 kept").doesNotContain(" 0 held out");
    done("train multimodal --run @run" + FEW);
    assertThat(bench.err()).doesNotContain("selecting");
    done("train image-gan --run @run" + FEW);
    done("train feature-gan --run @run" + FEW);
    refused("train feature-gan --run @run --resume --no-dropout --steps 3 --batch 2", "dropout was");
    assertThat(Files.readAllLines(bench.path("run/feature-gan/metrics.jsonl"))).hasSize(2);
  }

  private void replaying() throws IOException {
    for (String training : List.of("multimodal", "image-gan", "feature-gan")) {
      replayed(training);
    }
    refused(
        "replay @run/encoders/sound/checkpoint.previous.safetensors --step 3",
        "its run was to end at step 2");
  }

  /** The last step of a training again, from the checkpoint before it. */
  private void replayed(String training) throws IOException {
    List<String> log = Files.readAllLines(bench.path("run/" + training + "/metrics.jsonl"));
    String previous = "@run/" + training + "/checkpoint.previous.safetensors";
    done("replay " + previous + " --step " + log.size());
    for (String loss : log.getLast().replaceAll("[{}\"]", "").split(",")) {
      assertThat(bench.out()).contains(loss.replace(':', ' '));
    }
  }

  private void generating() throws IOException {
    Files.writeString(bench.path("no.wav"), "no sound");
    String clips = "@corpus/drum/0.mp4 @no.wav @run/prepared/corpus/sounds/wind/1.mp3";
    assertThat(bench.run("generate --model @run --out @pictures --device cpu " + clips))
        .isEqualTo(1);
    assertThat(bench.err()).contains("skipped media '").contains("no.wav");
    assertThat(bench.error()).contains("1 of 3 sounds could not be read");
    assertThat(Picture.read(bench.path("pictures/0.png"), 1 << 20).width()).isEqualTo(128);
    assertThat(bench.path("pictures/1.png")).isNotEmptyFile();
    byte[] before = Files.readAllBytes(bench.path("pictures/0.png"));
    refused("generate --model @run --out @pictures @corpus/drum/0.mp4", "it exists already");
    refused(
        "generate --model @run --out @other @corpus/drum/0.mp4 @corpus/bell/0.mp4",
        "it would hold the pictures of both");
    done("generate --model @run --out @again --device cpu @corpus/drum/0.mp4");
    assertThat(Files.readAllBytes(bench.path("again/0.png"))).isEqualTo(before);
  }

  private void evaluating() {
    done("evaluate --run @run --device cpu");
    assertThat(bench.out()).contains("retrieval_post_heldout").contains("clips_kept");
    assertThat(bench.path("run/evaluation/metrics.json"))
        .content()
        .contains("\"retrieval_pre_train\"", "\"clips_kept\" : 12");
    assertThat(bench.path("run/evaluation/index.html")).isNotEmptyFile();
  }

  private void staleNetworksAreNotMixed() throws IOException {
    done("select --run @run --held-out 0.5 --device cpu");
    refused("train feature-gan --run @run --resume" + FEW, "trained on other features");
    refused("train image-gan --run @run --resume" + FEW, "data was ");
    refused("train multimodal --run @run --resume" + FEW, "data was ");
    for (String file : List.of("checkpoint", "checkpoint.previous", "multimodal")) {
      Files.delete(bench.path("run/multimodal/" + file + ".safetensors"));
    }
    Files.delete(bench.path("run/multimodal/metrics.jsonl"));
    done("train multimodal --run @run" + FEW);
    refused(
        "generate --model @run --out @third @corpus/drum/0.mp4",
        "image-gan",
        "trained on other features than the multimodal layers");
  }

  private void done(String command) {
    assertThat(bench.run(command)).as(bench.err()).isZero();
  }

  private void refused(String command, String... parts) {
    assertThat(bench.run(command)).as(bench.err()).isEqualTo(1);
    assertThat(bench.err()).contains(parts).doesNotContain("defect");
  }

  /** One colour and one tone for each class, varied a little from clip to clip. */
  private void videos(String name, int perClass) throws IOException {
    for (int c = 0; c < CLASSES.size(); c++) {
      for (int i = 0; i < perClass; i++) {
        Path file = bench.path(name + "/" + CLASSES.get(c) + "/" + i + ".mp4");
        Files.createDirectories(file.getParent());
        byte[] rgb = new byte[3 * 64 * 64];
        Arrays.fill(rgb, (byte) (60 * c + 10 * i));
        float[] tone = new float[Waveform.RATE];
        for (int s = 0; s < tone.length; s++) {
          tone[s] = (float) (100 * Math.sin(s * (0.02 + 0.05 * c + 0.002 * i)));
        }
        VideoWriter.of(Container.MP4)
            .write(
                file,
                Collections.nCopies(5, new Picture(64, 64, rgb)),
                5,
                new Waveform(tone, Waveform.RATE));
      }
    }
  }
}
