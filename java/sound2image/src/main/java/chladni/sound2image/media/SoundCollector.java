package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avutil.AVChannelLayout;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swresample;
import org.bytedeco.ffmpeg.swresample.SwrContext;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Takes decoded sound in order and keeps a window of it: mono (the mean of the channels, weighted
 * as FFmpeg mixes surround), resampled, in [-256, 256].
 */
final class SoundCollector implements AutoCloseable {
  /** Gaps between packets below this are jitter of the time stamps. */
  private static final double GAP_SECONDS = 0.1;

  private static final int RATE = Waveform.RATE;

  private final MediaSource source;
  private final StreamDecoder decoder;
  private final double start;
  private final AVChannelLayout mono = new AVChannelLayout();
  private final float[] samples;

  /** Samples produced since the window's start; negative while before it. */
  private long position;

  private boolean started;
  private SwrContext resampler;
  private int sourceRate;
  private int sourceFormat;
  private int sourceChannels;

  SoundCollector(MediaSource source, StreamDecoder decoder, double start, double seconds) {
    this.source = source;
    this.decoder = decoder;
    this.start = start;
    this.samples = new float[Math.toIntExact(Math.max(1, Math.round(seconds * RATE)))];
    avutil.av_channel_layout_default(mono, 1);
  }

  boolean complete() {
    return position >= samples.length;
  }

  void accept(AVFrame frame) {
    double time = decoder.time(frame);
    configure(frame);
    if (!Double.isNaN(time)) {
      long expected = position + swresample.swr_get_delay(resampler, RATE);
      long actual = Math.round(Math.clamp((time - start) * RATE, -1e15, 1e15));
      if (!started || actual - expected > GAP_SECONDS * RATE) {
        position += actual - expected;
      }
    }
    started = true;
    convert(frame, frame.nb_samples());
  }

  /** Takes what the resampler still holds. */
  void finish() {
    if (resampler != null) {
      convert(null, 0);
    }
  }

  /** What was collected. Fails if nothing was. */
  Waveform waveform() {
    int length = Math.clamp(position, 0, samples.length);
    if (length == 0) {
      throw new MediaException(
          source.file(), Reason.OUT_OF_WINDOW, "has no sound at %.2f s or later".formatted(start));
    }
    return new Waveform(Arrays.copyOf(samples, length), RATE);
  }

  private void configure(AVFrame frame) {
    int channels = frame.ch_layout().nb_channels();
    if (resampler != null
        && frame.sample_rate() == sourceRate
        && frame.format() == sourceFormat
        && channels == sourceChannels) {
      return;
    }
    if (resampler != null) {
      finish();
      swresample.swr_free(resampler);
    }
    sourceRate = frame.sample_rate();
    sourceFormat = frame.format();
    sourceChannels = channels;
    resampler = new SwrContext(null);
    int made =
        swresample.swr_alloc_set_opts2(
            resampler,
            mono,
            avutil.AV_SAMPLE_FMT_FLT,
            RATE,
            frame.ch_layout(),
            sourceFormat,
            sourceRate,
            0,
            null);
    FFmpeg.check(made, source.file(), Reason.CORRUPT, "preparing the resampler");
    // Without this, float output mixes stereo to 1.41 times the level of its channels.
    avutil.av_opt_set_double(resampler, "rematrix_maxval", 1, 0);
    int ready = swresample.swr_init(resampler);
    FFmpeg.check(
        ready,
        source.file(),
        Reason.CORRUPT,
        "resampling %d channels of %d Hz".formatted(channels, sourceRate));
  }

  private void convert(AVFrame frame, int count) {
    int room = swresample.swr_get_out_samples(resampler, count);
    if (room <= 0) {
      return;
    }
    try (FloatPointer mixed = new FloatPointer(room);
        PointerPointer<FloatPointer> planes = new PointerPointer<>(1)) {
      planes.put(0, mixed);
      PointerPointer<?> input = frame == null ? null : frame.extended_data();
      int made = swresample.swr_convert(resampler, planes, room, input, count);
      FFmpeg.check(made, source.file(), Reason.CORRUPT, "resampling");
      append(mixed, made);
    }
  }

  private void append(FloatPointer mixed, int count) {
    float[] block = new float[count];
    mixed.get(block);
    for (float value : block) {
      if (position >= 0 && position < samples.length) {
        if (!Float.isFinite(value)) {
          throw new MediaException(
              source.file(), Reason.CORRUPT, "its sound holds values that are no numbers");
        }
        samples[(int) position] =
            Math.clamp(value * Waveform.SCALE, -Waveform.SCALE, Waveform.SCALE);
      }
      position++;
    }
  }

  @Override
  public void close() {
    if (resampler != null) {
      swresample.swr_free(resampler);
    }
    mono.close();
  }
}
