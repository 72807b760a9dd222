package chladni.sound2image.media;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Kinds of file we write, each with the codecs that are usual in it. */
public enum Container {
  MP4("mp4", VideoCodec.MPEG4, SoundCodec.AAC),
  MKV("matroska", VideoCodec.H264, SoundCodec.FLAC),
  WEBM("webm", VideoCodec.VP8, SoundCodec.OPUS),
  MOV("mov", VideoCodec.MJPEG, SoundCodec.PCM),
  AVI("avi", VideoCodec.MPEG4, SoundCodec.MP3),
  WAV("wav", null, SoundCodec.PCM),
  MP3("mp3", null, SoundCodec.MP3),
  FLAC("flac", null, SoundCodec.FLAC),
  OGG("ogg", null, SoundCodec.OPUS),
  M4A("ipod", null, SoundCodec.AAC);

  private final String muxer;
  private final VideoCodec video;
  private final SoundCodec sound;

  Container(String muxer, VideoCodec video, SoundCodec sound) {
    this.muxer = muxer;
    this.video = video;
    this.sound = sound;
  }

  /** Whether pictures fit in; the others hold sound alone. */
  public boolean holdsVideo() {
    return video != null;
  }

  String muxer() {
    return muxer;
  }

  VideoCodec video() {
    return video;
  }

  SoundCodec sound() {
    return sound;
  }

  /** The container that a file's extension names. */
  public static Container of(Path file) {
    String name = file.getFileName().toString();
    String extension = name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(container -> container.name().equals(extension))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "video writer: '%s' must end in one of %s. Rename it."
                        .formatted(
                            file,
                            Arrays.stream(values())
                                .map(c -> "." + c.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")))));
  }
}
