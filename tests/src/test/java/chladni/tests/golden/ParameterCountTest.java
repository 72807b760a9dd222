package chladni.tests.golden;

import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.graph.Graph;
import chladni.engine.graph.Shape;
import chladni.engine.nn.Mode;
import chladni.engine.nn.Parameters;
import chladni.sound2image.network.PatchGan;
import chladni.sound2image.network.SoundEncoder;
import chladni.sound2image.network.UNet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers of parameters that the reference implementations of these networks have. */
class ParameterCountTest {

  @ParameterizedTest
  @CsvSource({"3, 3, 41828995", "1, 3, 41826947", "1, 1, 41822849"})
  void unet128(int in, int out, long count) {
    assertThat(count(UNet.of128(in, out))).isEqualTo(count);
  }

  @Test
  void unet256() {
    assertThat(count(UNet.of256(3, 3))).isEqualTo(54_413_955);
  }

  @ParameterizedTest
  @CsvSource({"6, 128, 14, 2768705", "4, 256, 30, 2766657", "2, 128, 14, 2764609"})
  void patchGan(int channels, int side, int logits, long count) {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    var out =
        PatchGan.BASIC.build(p, graph.input("x", Shape.of(1, channels, side, side)), Mode.EVAL);
    assertThat(p.count()).isEqualTo(count);
    assertThat(out.shape()).isEqualTo(Shape.of(1, 1, logits, logits));
  }

  /** 248,272 up to conv5; the head on top is the encoder's own. */
  @Test
  void soundEncoderOfSoundNetsWidths() {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    int classes = 7;
    var sound = graph.input("x", Shape.of(1, 1, 5 * 22_050, 1));
    var result = SoundEncoder.soundNet(1, classes).build(p, sound, Mode.EVAL);
    assertThat(p.count()).isEqualTo(248_272 + 256 * classes + classes);
    assertThat(result.pool5().shape()).isEqualTo(Shape.of(1, 256 * 13));
  }

  private static long count(UNet net) {
    Graph graph = new Graph();
    Parameters p = new Parameters(graph, "");
    Shape source = Shape.of(1, net.inChannels(), net.size(), net.size());
    net.build(p, graph.input("x", source), Mode.EVAL);
    return p.count();
  }
}
