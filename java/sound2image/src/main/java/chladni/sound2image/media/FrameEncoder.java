package chladni.sound2image.media;

import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/** Encodes pictures of one size into a muxer's stream, with a constant quantiser. */
final class FrameEncoder implements AutoCloseable {
  /** MPEG's scale from 1 (best) to 31; 3 leaves no blocks that an eye would find. */
  private static final int QUANTISER = 3;

  /** Enough for any quality, so that the encoders without a quantiser keep theirs. */
  private static final long BITS_PER_PIXEL = 4;

  private static final int KEY_FRAME_DISTANCE = 12;
  private static final int MAX_TIME_BASE = 1001;

  private final Muxer muxer;
  private final List<Picture> frames;
  private final double framesPerSecond;
  private final AVCodecContext encoder;
  private final AVStream stream;
  private final SwsContext scaler;
  private final AVFrame frame = avutil.av_frame_alloc();
  private final BytePointer rgb;
  private final PointerPointer<BytePointer> planes = new PointerPointer<>(1);
  private final IntPointer strides = new IntPointer(1);
  private int next;
  private boolean drained;

  FrameEncoder(Muxer muxer, VideoCodec codec, List<Picture> frames, double framesPerSecond) {
    this.muxer = muxer;
    this.frames = frames;
    this.framesPerSecond = framesPerSecond;
    int width = frames.getFirst().width();
    int height = frames.getFirst().height();
    AVCodec implementation = avcodec.avcodec_find_encoder_by_name(codec.encoder());
    encoder = avcodec.avcodec_alloc_context3(implementation);
    rgb = new BytePointer(3L * width * height + 64);
    scaler =
        swscale.sws_getContext(
            width,
            height,
            avutil.AV_PIX_FMT_RGB24,
            width,
            height,
            codec.pixelFormat(),
            swscale.SWS_BILINEAR | swscale.SWS_ACCURATE_RND | swscale.SWS_FULL_CHR_H_INP,
            null,
            null,
            (DoublePointer) null);
    planes.put(0, rgb);
    strides.put(0, 3 * width);
    try {
      configure(codec, width, height);
      AVDictionary options = options(codec);
      int opened = avcodec.avcodec_open2(encoder, implementation, options);
      avutil.av_dict_free(options);
      muxer.check(opened, "opening %s for %d x %d".formatted(codec, width, height));
      stream = muxer.add(encoder);
      frame.width(width);
      frame.height(height);
      frame.format(codec.pixelFormat());
      muxer.check(avutil.av_frame_get_buffer(frame, 0), "making a frame");
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void configure(VideoCodec codec, int width, int height) {
    AVRational rate = avutil.av_d2q(framesPerSecond, MAX_TIME_BASE);
    encoder.width(width);
    encoder.height(height);
    encoder.pix_fmt(codec.pixelFormat());
    encoder.time_base(avutil.av_inv_q(rate));
    encoder.framerate(rate);
    encoder.gop_size(KEY_FRAME_DISTANCE);
    encoder.max_b_frames(0);
    encoder.colorspace(avutil.AVCOL_SPC_SMPTE170M);
    encoder.bit_rate(Math.round(BITS_PER_PIXEL * framesPerSecond * width * height));
    muxer.prepare(encoder);
    switch (codec) {
      case MPEG4, MJPEG -> {
        encoder.flags(encoder.flags() | avcodec.AV_CODEC_FLAG_QSCALE);
        encoder.global_quality(QUANTISER * avutil.FF_QP2LAMBDA);
      }
      case H264, VP8 -> {}
    }
  }

  private static AVDictionary options(VideoCodec codec) {
    AVDictionary options = new AVDictionary(null);
    switch (codec) {
      case VP8 -> {
        FFmpeg.set(options, "deadline", "realtime");
        FFmpeg.set(options, "cpu-used", "8");
        FFmpeg.set(options, "crf", "6");
        FFmpeg.set(options, "lag-in-frames", "0");
      }
      case H264 -> FFmpeg.set(options, "allow_skip_frames", "0");
      case MPEG4, MJPEG -> {}
    }
    return options;
  }

  boolean finished() {
    return drained;
  }

  /** Start of the next frame. */
  double seconds() {
    return next / framesPerSecond;
  }

  void encodeNext() {
    if (next == frames.size()) {
      muxer.encode(encoder, stream, null);
      drained = true;
      return;
    }
    Picture picture = frames.get(next);
    muxer.check(avutil.av_frame_make_writable(frame), "making a frame");
    rgb.put(picture.rgb());
    swscale.sws_scale(
        scaler, planes, strides, 0, picture.height(), frame.data(), frame.linesize());
    frame.pts(next);
    frame.quality(encoder.global_quality());
    muxer.encode(encoder, stream, frame);
    next++;
  }

  @Override
  public void close() {
    avutil.av_frame_free(frame);
    swscale.sws_freeContext(scaler);
    avcodec.avcodec_free_context(encoder);
    rgb.close();
    planes.close();
    strides.close();
  }
}
