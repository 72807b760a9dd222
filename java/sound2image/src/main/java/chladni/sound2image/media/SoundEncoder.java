package chladni.sound2image.media;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVChannelLayout;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swresample;
import org.bytedeco.ffmpeg.swresample.SwrContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;

/** Encodes a mono sound into a muxer's stream, resampled where the codec lacks its rate. */
final class SoundEncoder implements AutoCloseable {
  private static final long BITS_PER_SECOND = 64_000;

  /** Frame of the codecs that take any number of samples. */
  private static final int FREE_FRAME = 4096;

  private final Muxer muxer;
  private final AVCodecContext encoder;
  private final AVStream stream;
  private final AVChannelLayout mono = new AVChannelLayout();
  private final AVFrame frame = avutil.av_frame_alloc();
  private final BytePointer samples;
  private final int count;
  private final int bytesPerSample;
  private final int frameSize;
  private int next;
  private boolean drained;

  SoundEncoder(Muxer muxer, SoundCodec codec, Waveform sound) {
    this.muxer = muxer;
    avutil.av_channel_layout_default(mono, 1);
    AVCodec implementation = avcodec.avcodec_find_encoder_by_name(codec.encoder());
    encoder = avcodec.avcodec_alloc_context3(implementation);
    int rate = codec.rateFor(sound.sampleRate());
    bytesPerSample = avutil.av_get_bytes_per_sample(codec.sampleFormat());
    int room = Math.toIntExact((long) sound.samples().length * rate / sound.sampleRate()) + 64;
    samples = new BytePointer((long) room * bytesPerSample);
    try {
      count = convert(sound, rate, codec.sampleFormat(), room);
      encoder.sample_rate(rate);
      encoder.sample_fmt(codec.sampleFormat());
      encoder.ch_layout(mono);
      encoder.time_base(avutil.av_make_q(1, rate));
      encoder.bit_rate(BITS_PER_SECOND);
      muxer.prepare(encoder);
      AVDictionary options = options(codec);
      int opened = avcodec.avcodec_open2(encoder, implementation, options);
      avutil.av_dict_free(options);
      muxer.check(opened, "opening %s at %d Hz".formatted(codec, rate));
      frameSize = encoder.frame_size() > 0 ? encoder.frame_size() : FREE_FRAME;
      stream = muxer.add(encoder);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static AVDictionary options(SoundCodec codec) {
    AVDictionary options = new AVDictionary(null);
    switch (codec) {
      case AAC -> FFmpeg.set(options, "aac_coder", "fast");
      case MP3 -> FFmpeg.set(options, "compression_level", "9");
      case FLAC, OPUS -> FFmpeg.set(options, "compression_level", "0");
      case PCM -> {}
    }
    return options;
  }

  private int convert(Waveform sound, int rate, int format, int room) {
    SwrContext resampler = new SwrContext(null);
    float[] scaled = sound.samples().clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] /= Waveform.SCALE;
    }
    try (FloatPointer source = new FloatPointer(scaled);
        PointerPointer<FloatPointer> in = new PointerPointer<>(1);
        PointerPointer<BytePointer> out = new PointerPointer<>(1)) {
      int made =
          swresample.swr_alloc_set_opts2(
              resampler,
              mono,
              format,
              rate,
              mono,
              avutil.AV_SAMPLE_FMT_FLT,
              sound.sampleRate(),
              0,
              null);
      muxer.check(made, "preparing the resampler");
      muxer.check(swresample.swr_init(resampler), "preparing the resampler");
      in.put(0, source);
      out.put(0, samples);
      int done =
          muxer.check(
              swresample.swr_convert(resampler, out, room, in, scaled.length), "resampling");
      out.put(0, samples.getPointer((long) done * bytesPerSample));
      return done
          + muxer.check(
              swresample.swr_convert(resampler, out, room - done, null, 0), "resampling");
    } finally {
      swresample.swr_free(resampler);
    }
  }

  boolean finished() {
    return drained;
  }

  /** Start of the next frame. */
  double seconds() {
    return (double) next / encoder.sample_rate();
  }

  void encodeNext() {
    if (next >= count) {
      muxer.encode(encoder, stream, null);
      drained = true;
      return;
    }
    int length = Math.min(frameSize, count - next);
    avutil.av_frame_unref(frame);
    frame.nb_samples(length);
    frame.format(encoder.sample_fmt());
    frame.sample_rate(encoder.sample_rate());
    frame.ch_layout(mono);
    muxer.check(avutil.av_frame_get_buffer(frame, 0), "making a frame");
    BytePointer.memcpy(
        frame.data(0),
        samples.getPointer((long) next * bytesPerSample),
        (long) length * bytesPerSample);
    frame.pts(next);
    muxer.encode(encoder, stream, frame);
    next += length;
  }

  @Override
  public void close() {
    avutil.av_frame_free(frame);
    avcodec.avcodec_free_context(encoder);
    samples.close();
    mono.close();
  }
}
