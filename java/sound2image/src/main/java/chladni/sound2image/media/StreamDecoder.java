package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;

/** One stream's decoder, on one thread. A few damaged packets are skipped, as players do. */
final class StreamDecoder implements AutoCloseable {
  private static final int MAX_DAMAGED_PACKETS = 8;

  private final MediaSource source;
  private final AVStream stream;
  private final AVCodecContext context;
  private int damaged;

  private StreamDecoder(MediaSource source, AVStream stream, AVCodecContext context) {
    this.source = source;
    this.stream = stream;
    this.context = context;
  }

  static StreamDecoder open(MediaSource source, AVStream stream, MediaLimits limits) {
    String name = avcodec.avcodec_get_name(stream.codecpar().codec_id()).getString();
    AVCodec codec = avcodec.avcodec_find_decoder(stream.codecpar().codec_id());
    if (codec == null || codec.isNull() || !limits.codecs().contains(codec.name().getString())) {
      throw new MediaException(
          source.file(), Reason.CODEC_REFUSED, "its codec '%s' is refused".formatted(name));
    }
    AVCodecContext context = avcodec.avcodec_alloc_context3(codec);
    try {
      avcodec.avcodec_parameters_to_context(context, stream.codecpar());
      context.pkt_timebase(stream.time_base());
      AVDictionary options = new AVDictionary(null);
      FFmpeg.set(options, "threads", "1");
      FFmpeg.set(options, "max_pixels", Long.toString(limits.maxPixels()));
      FFmpeg.set(options, "codec_whitelist", String.join(",", limits.codecs()));
      int opened = avcodec.avcodec_open2(context, codec, options);
      avutil.av_dict_free(options);
      FFmpeg.check(opened, source.file(), Reason.CORRUPT, "opening codec '%s'".formatted(name));
      return new StreamDecoder(source, stream, context);
    } catch (RuntimeException | Error e) {
      avcodec.avcodec_free_context(context);
      throw e;
    }
  }

  AVStream stream() {
    return stream;
  }

  int index() {
    return stream.index();
  }

  AVCodecContext context() {
    return context;
  }

  /** Gives the decoder a packet; null says that none will follow. */
  void send(AVPacket packet) {
    int sent = avcodec.avcodec_send_packet(context, packet);
    if (sent < 0 && sent != avutil.AVERROR_EOF) {
      countDamage(sent);
    }
  }

  /** Takes a decoded frame; false if the decoder wants another packet first. */
  boolean receive(AVFrame frame) {
    int received = avcodec.avcodec_receive_frame(context, frame);
    if (received == avutil.AVERROR_EAGAIN() || received == avutil.AVERROR_EOF) {
      return false;
    }
    if (received < 0) {
      countDamage(received);
      return false;
    }
    return true;
  }

  private void countDamage(int code) {
    damaged++;
    if (damaged > MAX_DAMAGED_PACKETS) {
      throw new MediaException(
          source.file(),
          Reason.CORRUPT,
          "more than %d packets are damaged, %s"
              .formatted(MAX_DAMAGED_PACKETS, FFmpeg.explain(code)));
    }
  }

  /** A frame's time in seconds from the file's origin, or NaN. */
  double time(AVFrame frame) {
    long time = frame.best_effort_timestamp();
    return time == avutil.AV_NOPTS_VALUE
        ? Double.NaN
        : MediaSource.seconds(time, stream.time_base()) - source.origin();
  }

  @Override
  public void close() {
    avcodec.avcodec_free_context(context);
  }
}
