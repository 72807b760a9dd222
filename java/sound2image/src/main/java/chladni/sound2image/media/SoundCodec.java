package chladni.sound2image.media;

import org.bytedeco.ffmpeg.global.avutil;

/** Encoders for sound in FFmpeg's LGPL build. */
public enum SoundCodec {
  /** 16-bit samples as they are. */
  PCM("pcm_s16le", avutil.AV_SAMPLE_FMT_S16),
  /** 16 bits, lossless. */
  FLAC("flac", avutil.AV_SAMPLE_FMT_S16),
  /** LAME; what the paper keeps (section 3). It lowers the level by 5 % against clipping. */
  MP3(
      "libmp3lame",
      avutil.AV_SAMPLE_FMT_FLTP,
      8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
  /** FFmpeg's own AAC-LC encoder with its fast search. */
  AAC(
      "aac",
      avutil.AV_SAMPLE_FMT_FLTP,
      8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
  /** For WebM and Ogg. */
  OPUS("libopus", avutil.AV_SAMPLE_FMT_FLT, 8000, 12_000, 16_000, 24_000, 48_000);

  private final String encoder;
  private final int sampleFormat;
  private final int[] rates;

  SoundCodec(String encoder, int sampleFormat, int... rates) {
    this.encoder = encoder;
    this.sampleFormat = sampleFormat;
    this.rates = rates;
  }

  String encoder() {
    return encoder;
  }

  int sampleFormat() {
    return sampleFormat;
  }

  /** The lowest rate the codec has that loses nothing of a sound, or its highest. */
  int rateFor(int rate) {
    for (int candidate : rates) {
      if (candidate >= rate) {
        return candidate;
      }
    }
    return rates.length == 0 ? rate : rates[rates.length - 1];
  }
}
