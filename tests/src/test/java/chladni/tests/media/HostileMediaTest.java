package chladni.tests.media;

import static chladni.tests.media.MediaFixtures.brightening;
import static chladni.tests.media.MediaFixtures.tone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import chladni.sound2image.media.Container;
import chladni.sound2image.media.MediaException.Reason;
import chladni.sound2image.media.MediaException;
import chladni.sound2image.media.MediaLimits;
import chladni.sound2image.media.MediaReader;
import chladni.sound2image.media.VideoRequest;
import chladni.sound2image.media.VideoWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileMediaTest {
  private static final VideoRequest TWO_SECONDS = VideoRequest.evenly(3, 32, 2);

  private static MediaReader reader;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    reader = new MediaReader();
  }

  @AfterAll
  static void close() {
    reader.close();
  }

  private Path video(String name) {
    Path file = folder.resolve(name);
    VideoWriter.of(file).write(file, brightening(20), 10, tone(440, 2, 100));
    return file;
  }

  private static MediaException failure(Path file) {
    MediaException e =
        catchThrowableOfType(MediaException.class, () -> reader.readVideo(file, TWO_SECONDS));
    assertThat(e).as("reading %s", file.getFileName()).isNotNull();
    assertThat(e).hasMessageContaining(file.toString()).hasMessageEndingWith(".");
    assertThat(e.file()).isEqualTo(file);
    return e;
  }

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"list.m3u8", "list.mp4", "list.mkv", "list.wav"})
  void playlistsReachNeitherTheNetworkNorAnotherFile(String name) throws IOException {
    Path canary = video("canary.mp4");
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String remote = "http://127.0.0.1:" + server.getLocalPort() + "/a.ts";
      for (String target : new String[] {remote, canary.toString(), "canary.mp4"}) {
        Path list =
            text(
                name,
                """
                #EXTM3U
                #EXT-X-VERSION:3
                #EXT-X-TARGETDURATION:2
                #EXTINF:2.0,
                %s
                #EXT-X-ENDLIST
                """
                    .formatted(target));
        assertThat(failure(list).reason()).isIn(Reason.FORMAT_REFUSED, Reason.UNKNOWN_FORMAT);
      }
      assertNobodyCame(server);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"script.ffconcat", "script.mp4", "script.avi"})
  void concatScriptsDoNotOpenAnotherFile(String name) throws IOException {
    video("canary.mp4");
    Path script = text(name, "ffconcat version 1.0\nfile canary.mp4\nduration 2.0\n");
    MediaException e = failure(script);
    assertThat(e.reason()).isEqualTo(Reason.FORMAT_REFUSED);
    assertThat(e.detail()).contains("concat");
  }

  @Test
  void evenAPlaylistOnTheListOfFormatsOpensNothing() throws IOException {
    Set<String> formats = new HashSet<>(MediaLimits.FORMATS);
    formats.addAll(Set.of("hls", "concat", "dash"));
    MediaLimits loose =
        new MediaLimits(600, 10_000, 1 << 20, 20, 600, formats, MediaLimits.CODECS);
    Path canary = video("canary.mp4");
    try (MediaReader careless = new MediaReader(loose, 1);
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String remote = "http://127.0.0.1:" + server.getLocalPort() + "/a.ts";
      for (String target : new String[] {remote, "file:" + canary, canary.toString()}) {
        String list =
            "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n%s\n#EXT-X-ENDLIST\n".formatted(target);
        String script = "ffconcat version 1.0\nfile '%s'\n".formatted(target);
        for (Path file : List.of(text("list.m3u8", list), text("script.ffconcat", script))) {
          MediaException e =
              catchThrowableOfType(
                  MediaException.class, () -> careless.readVideo(file, TWO_SECONDS));
          assertThat(e).as(file + " to " + target).isNotNull();
        }
      }
      assertNobodyCame(server);
    }
  }

  @Test
  void otherScriptsAndListsAreRefused() throws IOException {
    Path canary = video("canary.mp4");
    String data =
        "data:video/mp4;base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(canary));
    for (String content :
        new String[] {
          data,
          "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n" + data + "\n#EXT-X-ENDLIST\n",
          "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period/></MPD>",
          "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
          "[playlist]\nFile1=canary.mp4\nNumberOfEntries=1\n",
          ";FFMETADATA1\ntitle=x\n",
        }) {
      assertThat(failure(text("upload.mp4", content)).reason())
          .as(content.substring(0, 12))
          .isIn(Reason.FORMAT_REFUSED, Reason.UNKNOWN_FORMAT);
    }
  }

  @Test
  void namesThatLookLikeProtocolsAreNames() throws IOException {
    Path canary = video("canary.mp4");
    Path odd = Files.copy(canary, folder.resolve("concat:a|b.mp4"));
    assertThat(reader.readVideo(odd, TWO_SECONDS).frames()).hasSize(3);
    Path pattern = Files.copy(canary, folder.resolve("%03d.mp4"));
    assertThat(reader.readVideo(pattern, TWO_SECONDS).frames()).hasSize(3);
  }

  @Test
  void contentDecidesAndNotTheExtension() throws IOException {
    Path video = video("clip.mp4");
    for (String name : new String[] {"clip.wav", "clip.txt", "clip", "clip.m3u8", "clip.mp3"}) {
      Path renamed = Files.copy(video, folder.resolve(name));
      assertThat(reader.readVideo(renamed, TWO_SECONDS).frames()).as(name).hasSize(3);
    }
  }

  @Test
  void emptyMissingAndSpecialFilesAreNamed() throws IOException {
    assertThat(failure(text("empty.mp4", "")).reason()).isEqualTo(Reason.EMPTY);
    assertThat(failure(folder.resolve("missing.mp4")).reason()).isEqualTo(Reason.MISSING);
    assertThat(failure(folder).reason()).isEqualTo(Reason.MISSING);
    assertThat(failure(Path.of("/dev/zero")).reason()).isEqualTo(Reason.MISSING);
    assertThat(failure(text("prose.mp4", "Once upon a time. ".repeat(500))).reason())
        .isIn(Reason.UNKNOWN_FORMAT, Reason.FORMAT_REFUSED);
  }

  @Test
  void aVideoNeedsPicturesAndSound() throws IOException {
    Path sound = folder.resolve("sound.mp4");
    VideoWriter.of(sound).writeSound(sound, tone(440, 2, 100));
    assertThat(failure(sound).reason()).isEqualTo(Reason.NO_PICTURE);
    Path silent = Files.copy(video("loud.mp4"), folder.resolve("silent.mp4"));
    // The last track is the sound; as free space it is skipped.
    byte[] bytes = Files.readAllBytes(silent);
    int track = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("trak");
    System.arraycopy("free".getBytes(StandardCharsets.US_ASCII), 0, bytes, track, 4);
    Files.write(silent, bytes);
    assertThat(failure(silent).reason()).isEqualTo(Reason.NO_SOUND);
  }

  @Test
  void tenHoursAreTooLong() throws IOException {
    Path film = video("film.mp4");
    byte[] tenHours = ByteBuffer.allocate(4).putInt(36_000 * 1000).array();
    patch(film, "mvhd", 4 + 16, tenHours);
    patch(film, "elst", 4 + 8, tenHours);
    // Each track counts in its own unit: the largest number is hours in any of them.
    patch(film, "mdhd", 4 + 16, ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array());
    patch(film, "stts", 4 + 4 + 4 + 4, ByteBuffer.allocate(4).putInt(1 << 24).array());
    assertThat(failure(film).reason()).isEqualTo(Reason.TOO_LONG);

    MediaException e =
        catchThrowableOfType(
            MediaException.class, () -> reader.readSound(flacThatDeclares(36_000), 5));
    assertThat(e.reason()).isEqualTo(Reason.TOO_LONG);
    assertThat(e.detail()).contains("36000 s");
  }

  @Test
  void aHeaderThatPromisesMoreThanThereIsIsTruncation() throws IOException {
    Path flac = flacThatDeclares(60);
    MediaException e =
        catchThrowableOfType(MediaException.class, () -> reader.readSound(flac, 5));
    assertThat(e.reason()).isEqualTo(Reason.TRUNCATED);
    assertThat(e.detail()).contains("1.00 s").contains("60.00 s");
    // What is there can still be read.
    assertThat(reader.readSound(flac, 0.9).seconds()).isEqualTo(0.9);
  }

  @Test
  void aWavThatPromisesMoreThanTheFileHoldsGivesWhatItHolds() throws IOException {
    Path wav = folder.resolve("lying.wav");
    tone(440, 1, 100).writeWav(wav);
    patch(wav, "data", 4, littleEndian(22_050 * 2 * 36_000));
    assertThat(reader.readSound(wav, 5).samples()).hasSize(22_050);
  }

  /** One second of sound whose header counts the samples of another duration. */
  private Path flacThatDeclares(int seconds) throws IOException {
    Path flac = folder.resolve("declares-" + seconds + ".flac");
    VideoWriter.of(flac).writeSound(flac, tone(440, 1, 100));
    // The low 32 bits of the sample count end the first 18 bytes of STREAMINFO.
    patch(flac, "fLaC", 22, ByteBuffer.allocate(4).putInt(22_050 * seconds).array());
    return flac;
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mkv", "webm", "mov", "avi"})
  void truncatedFilesAreNamed(String extension) throws IOException {
    byte[] whole = Files.readAllBytes(video("whole." + extension));
    Path half =
        Files.write(folder.resolve("half." + extension), Arrays.copyOf(whole, whole.length / 3));
    assertThat(failure(half).reason())
        .isIn(Reason.TRUNCATED, Reason.CORRUPT, Reason.UNKNOWN_FORMAT);
  }

  @Test
  void largePicturesAreRefusedBeforeTheyAreDecoded() throws IOException {
    Path large = video("large.mov");
    // Width and height in the sample entry follow its four letters by 24 bytes.
    patch(large, "jpeg", 4 + 24, new byte[] {(byte) 0xea, 0x60, (byte) 0xea, 0x60});
    assertThat(failure(large).reason()).isEqualTo(Reason.TOO_LARGE);
    Path usual = video("usual.mp4");
    try (MediaReader strict = new MediaReader(MediaLimits.defaults().withMaxPixels(1000), 1)) {
      MediaException e =
          catchThrowableOfType(MediaException.class, () -> strict.readVideo(usual, TWO_SECONDS));
      assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE);
      assertThat(e.detail()).contains("64 x 64");
    }
  }

  @Test
  void formatsAndCodecsOffTheListAreRefused() {
    MediaLimits usual = MediaLimits.defaults();
    MediaLimits flacOnly =
        new MediaLimits(10, 100, 10_000, 10, 500, MediaLimits.FORMATS, Set.of("flac"));
    Path video = video("codec.mp4");
    try (MediaReader strict = new MediaReader(flacOnly, 1)) {
      MediaException e =
          catchThrowableOfType(MediaException.class, () -> strict.readSound(video, 1));
      assertThat(e.reason()).isEqualTo(Reason.CODEC_REFUSED);
      assertThat(e.detail()).contains("aac");
    }
    MediaLimits wavOnly =
        new MediaLimits(10, 100, 10_000, 10, 500, Set.of("wav"), usual.codecs());
    try (MediaReader strict = new MediaReader(wavOnly, 1)) {
      MediaException e =
          catchThrowableOfType(MediaException.class, () -> strict.readSound(video, 1));
      assertThat(e.reason()).isEqualTo(Reason.FORMAT_REFUSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mkv", "webm", "mov", "avi"})
  void damagedBytesGiveAClipOrAReasonAndTheReaderGoesOn(String extension) throws IOException {
    Path whole = video("whole." + extension);
    byte[] bytes = Files.readAllBytes(whole);
    Random random = new Random(extension.hashCode());
    Path damaged = folder.resolve("damaged." + extension);
    for (int round = 0; round < 12; round++) {
      byte[] copy = bytes.clone();
      for (int hit = 0; hit < 1 + round * 4; hit++) {
        copy[random.nextInt(copy.length)] = (byte) random.nextInt();
      }
      Files.write(damaged, copy);
      try {
        assertThat(reader.readVideo(damaged, TWO_SECONDS).frames()).hasSize(3);
      } catch (MediaException e) {
        assertThat(e.reason()).isNotEqualTo(Reason.TIMEOUT);
        assertThat(e.detail()).isNotBlank();
      }
    }
    assertThat(reader.readVideo(whole, TWO_SECONDS).frames()).hasSize(3);
  }

  @Test
  void aWindowBehindTheEndIsNamed() {
    Path video = video("clip." + Container.MP4.name().toLowerCase(Locale.ROOT));
    MediaException e =
        catchThrowableOfType(
            MediaException.class, () -> reader.readVideo(video, TWO_SECONDS.from(30)));
    assertThat(e.reason()).isEqualTo(Reason.OUT_OF_WINDOW);
  }

  /** Overwrites bytes after every occurrence of a four-letter mark. */
  private static void patch(Path file, String mark, int offset, byte[] value)
      throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] letters = mark.getBytes(StandardCharsets.US_ASCII);
    int found = 0;
    for (int i = 0; i + offset + value.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + 4, letters, 0, 4)) {
        System.arraycopy(value, 0, bytes, i + offset, value.length);
        found++;
      }
    }
    assertThat(found).as("marks '%s' in %s", mark, file).isPositive();
    Files.write(file, bytes);
  }

  private static byte[] littleEndian(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static void assertNobodyCame(ServerSocket server) throws IOException {
    server.setSoTimeout(100);
    Throwable silence = null;
    try (var _ = server.accept()) {
      // Somebody came.
    } catch (SocketTimeoutException e) {
      silence = e;
    }
    assertThat(silence).as("no connection to the loopback server").isNotNull();
  }
}
