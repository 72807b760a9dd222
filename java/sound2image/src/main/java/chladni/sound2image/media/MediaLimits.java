package chladni.sound2image.media;

import java.util.Set;

/**
 * What a file may ask of us. The allow-lists name FFmpeg's demuxers and codecs; no protocol but the
 * file itself is ever open, and a demuxer cannot open a second file.
 *
 * @param maxSeconds longest window decoded in one call
 * @param maxDurationSeconds longest duration that a file may declare
 * @param maxPixels largest picture, width times height
 * @param maxWallSeconds time for one call, from request to answer
 * @param maxResidentMiB resident memory of a worker process
 * @param formats demuxers; a file is recognised by its content, never by its name
 * @param codecs decoders
 */
public record MediaLimits(
    double maxSeconds,
    double maxDurationSeconds,
    long maxPixels,
    double maxWallSeconds,
    int maxResidentMiB,
    Set<String> formats,
    Set<String> codecs) {

  /** The containers of everyday videos and sounds. Playlists and scripts are not among them. */
  public static final Set<String> FORMATS =
      Set.of(
          "mov", "mp4", "m4a", "3gp", "3g2", "matroska", "webm", "avi", "mpeg", "mpegts", "wav",
          "mp3", "flac", "ogg", "aac", "aiff");

  /** The decoders of everyday videos and sounds. */
  public static final Set<String> CODECS =
      Set.of(
          "h264", "hevc", "mpeg4", "mpeg1video", "mpeg2video", "msmpeg4v2", "msmpeg4", "h263",
          "vp8", "vp9", "libvpx", "libvpx-vp9", "libaom-av1", "theora", "mjpeg", "aac", "mp3",
          "mp3float", "mp2", "mp2float", "ac3", "opus", "libopus", "vorbis", "flac", "alac",
          "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be",
          "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw");

  public MediaLimits {
    require("maxSeconds", maxSeconds > 0 && maxSeconds <= 86_400, maxSeconds);
    require("maxDurationSeconds", maxDurationSeconds > 0, maxDurationSeconds);
    require("maxPixels", maxPixels > 0 && maxPixels <= 1L << 28, maxPixels);
    require("maxWallSeconds", maxWallSeconds > 0, maxWallSeconds);
    require("maxResidentMiB", maxResidentMiB > 0, maxResidentMiB);
    formats = Set.copyOf(formats);
    codecs = Set.copyOf(codecs);
  }

  /** 10 minutes of a film of at most 4 hours and 4K, in 30 s and 640 MiB. */
  public static MediaLimits defaults() {
    return new MediaLimits(600, 4 * 3600, 4096L * 2304, 30, 640, FORMATS, CODECS);
  }

  public MediaLimits withMaxDurationSeconds(double seconds) {
    return new MediaLimits(
        maxSeconds, seconds, maxPixels, maxWallSeconds, maxResidentMiB, formats, codecs);
  }

  public MediaLimits withMaxPixels(long pixels) {
    return new MediaLimits(
        maxSeconds, maxDurationSeconds, pixels, maxWallSeconds, maxResidentMiB, formats, codecs);
  }

  public MediaLimits withMaxWallSeconds(double seconds) {
    return new MediaLimits(
        maxSeconds, maxDurationSeconds, maxPixels, seconds, maxResidentMiB, formats, codecs);
  }

  public MediaLimits withMaxResidentMiB(int mebibytes) {
    return new MediaLimits(
        maxSeconds, maxDurationSeconds, maxPixels, maxWallSeconds, mebibytes, formats, codecs);
  }

  private static void require(String name, boolean holds, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(
          "media limits: %s is out of range, got %s. Start from MediaLimits.defaults()."
              .formatted(name, value));
    }
  }
}
