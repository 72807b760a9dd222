package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/** Builds a file in memory from what the encoders of its streams give. */
final class Muxer implements AutoCloseable {
  private final Path file;
  private final AVFormatContext context = new AVFormatContext(null);
  private final AVPacket packet = avcodec.av_packet_alloc();

  Muxer(Path file, Container container) {
    this.file = file;
    check(
        avformat.avformat_alloc_output_context2(
            context, (AVOutputFormat) null, container.muxer(), null),
        "making a '%s' file".formatted(container.muxer()));
    // No version, no date, no random identifier: the same clip gives the same bytes.
    context.flags(context.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
    if ((context.oformat().flags() & avformat.AVFMT_TS_NEGATIVE) == 0) {
      // An encoder's delay starts its sound before 0; the muxer must not push the frames back.
      context.avoid_negative_ts(AVFormatContext.AVFMT_AVOID_NEG_TS_DISABLED);
    }
    AVIOContext bytes = new AVIOContext(null);
    check(avformat.avio_open_dyn_buf(bytes), "making a buffer");
    context.pb(bytes);
  }

  int check(int code, String doing) {
    return FFmpeg.check(code, file, Reason.NOT_ENCODED, doing);
  }

  /** Prepares an encoder's context for this container, before the encoder is opened. */
  void prepare(AVCodecContext encoder) {
    int flags = encoder.flags() | avcodec.AV_CODEC_FLAG_BITEXACT;
    if ((context.oformat().flags() & avformat.AVFMT_GLOBALHEADER) != 0) {
      flags |= avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    encoder.flags(flags);
    encoder.thread_count(1);
  }

  /** Adds the stream of an opened encoder. */
  AVStream add(AVCodecContext encoder) {
    AVStream stream = avformat.avformat_new_stream(context, null);
    stream.time_base(encoder.time_base());
    check(
        avcodec.avcodec_parameters_from_context(stream.codecpar(), encoder), "adding a stream");
    return stream;
  }

  void start() {
    check(avformat.avformat_write_header(context, (AVDictionary) null), "writing the header");
  }

  /** Encodes a frame, or what the encoder holds back if it is null, and muxes what comes out. */
  void encode(AVCodecContext encoder, AVStream stream, AVFrame frame) {
    check(avcodec.avcodec_send_frame(encoder, frame), "encoding");
    while (true) {
      int received = avcodec.avcodec_receive_packet(encoder, packet);
      if (received == avutil.AVERROR_EAGAIN() || received == avutil.AVERROR_EOF) {
        return;
      }
      check(received, "encoding");
      if (packet.duration() == 0 && encoder.codec_type() == avutil.AVMEDIA_TYPE_VIDEO) {
        // Or MP4 gives the last frame no time on the screen, and demuxers drop it.
        packet.duration(1);
      }
      avcodec.av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
      packet.stream_index(stream.index());
      check(avformat.av_interleaved_write_frame(context, packet), "muxing");
    }
  }

  /** Completes the file and returns its bytes. */
  byte[] finish() {
    check(avformat.av_write_trailer(context), "writing the trailer");
    // Closing the buffer would pad it at the current position, which AVI leaves in its header.
    BytePointer buffer = new BytePointer();
    byte[] bytes = new byte[avformat.avio_get_dyn_buf(context.pb(), buffer)];
    buffer.get(bytes);
    return bytes;
  }

  @Override
  public void close() {
    AVIOContext pb = context.pb();
    if (pb != null && !pb.isNull()) {
      BytePointer buffer = new BytePointer();
      avformat.avio_close_dyn_buf(pb, buffer);
      avutil.av_free(buffer);
    }
    avcodec.av_packet_free(packet);
    avformat.avformat_free_context(context);
  }
}
