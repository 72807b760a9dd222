package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * A media file opened for reading its packets.
 *
 * <p>We open the file ourselves and hand FFmpeg the open stream, no name, and an empty list of
 * protocols: the format is found by content alone, and a demuxer that wants to follow a reference
 * finds nothing to follow it with.
 */
final class MediaSource implements AutoCloseable {
  private static final String PROBE_BYTES = Integer.toString(2 << 20);
  private static final String ANALYZE_MICROSECONDS = "3000000";
  private static final int MAX_STREAMS = 32;

  private final Path file;
  private final MediaLimits limits;
  private final AVIOContext bytes;
  private final AVFormatContext context;
  private double lastPacketEnd = Double.NEGATIVE_INFINITY;

  private MediaSource(Path file, MediaLimits limits, AVIOContext bytes, AVFormatContext context) {
    this.file = file;
    this.limits = limits;
    this.bytes = bytes;
    this.context = context;
  }

  static MediaSource open(Path file, MediaLimits limits) {
    requireContent(file);
    FFmpeg.begin();
    AVIOContext bytes = new AVIOContext(null);
    AVDictionary options = new AVDictionary(null);
    FFmpeg.set(options, "protocol_whitelist", "file");
    int opened =
        avformat.avio_open2(
            bytes, "file:" + file.toAbsolutePath(), avformat.AVIO_FLAG_READ, null, options);
    avutil.av_dict_free(options);
    FFmpeg.check(opened, file, Reason.MISSING, "opening");
    try {
      AVFormatContext context = openFormat(file, limits, bytes);
      MediaSource source = new MediaSource(file, limits, bytes, context);
      try {
        source.inspect();
        return source;
      } catch (RuntimeException | Error e) {
        avformat.avformat_close_input(context);
        throw e;
      }
    } catch (RuntimeException | Error e) {
      avformat.avio_closep(bytes);
      throw e;
    }
  }

  private static void requireContent(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new MediaException(file, Reason.MISSING, "is not a readable file");
    }
    try {
      if (Files.size(file) == 0) {
        throw new MediaException(file, Reason.EMPTY, "has no bytes");
      }
    } catch (IOException e) {
      throw new MediaException(file, Reason.MISSING, "has no size, " + e, e);
    }
  }

  private static AVFormatContext openFormat(Path file, MediaLimits limits, AVIOContext bytes) {
    AVInputFormat format = new AVInputFormat(null);
    int probed = avformat.av_probe_input_buffer2(bytes, format, "", null, 0, 0);
    if (probed < 0 || format.isNull()) {
      throw new MediaException(
          file, Reason.UNKNOWN_FORMAT, "the content is of no known media format");
    }
    String name = format.name().getString();
    if (List.of(name.split(",")).stream().noneMatch(limits.formats()::contains)) {
      throw new MediaException(
          file, Reason.FORMAT_REFUSED, "the content looks like '" + name + "', which is refused");
    }
    AVFormatContext context = avformat.avformat_alloc_context();
    context.pb(bytes);
    AVDictionary options = new AVDictionary(null);
    FFmpeg.set(options, "protocol_whitelist", "none");
    FFmpeg.set(options, "format_whitelist", name);
    FFmpeg.set(options, "codec_whitelist", String.join(",", limits.codecs()));
    FFmpeg.set(options, "max_streams", Integer.toString(MAX_STREAMS));
    FFmpeg.set(options, "probesize", PROBE_BYTES);
    FFmpeg.set(options, "analyzeduration", ANALYZE_MICROSECONDS);
    int opened = avformat.avformat_open_input(context, "", format, options);
    avutil.av_dict_free(options);
    FFmpeg.check(opened, file, Reason.CORRUPT, "reading the header");
    return context;
  }

  private void inspect() {
    requirePixels();
    int found = avformat.avformat_find_stream_info(context, (AVDictionary) null);
    FFmpeg.check(found, file, Reason.CORRUPT, "looking for streams");
    requirePixels();
    double declared = declaredSeconds();
    if (declared > limits.maxDurationSeconds()) {
      throw new MediaException(
          file,
          Reason.TOO_LONG,
          "declares %.0f s, more than %.0f s".formatted(declared, limits.maxDurationSeconds()));
    }
  }

  private void requirePixels() {
    for (int i = 0; i < context.nb_streams(); i++) {
      AVCodecParameters parameters = context.streams(i).codecpar();
      if (parameters.codec_type() == avutil.AVMEDIA_TYPE_VIDEO) {
        requirePixels(parameters.width(), parameters.height());
      }
    }
  }

  /** Refuses a picture of more pixels than the limit. */
  void requirePixels(int width, int height) {
    if ((long) width * height > limits.maxPixels()
        || Math.max(width, height) > Picture.MAX_SIDE) {
      throw new MediaException(
          file,
          Reason.TOO_LARGE,
          "%d x %d is more than %d pixels".formatted(width, height, limits.maxPixels()));
    }
  }

  Path file() {
    return file;
  }

  /** Duration in the container's header, or NaN if it has none or FFmpeg only guessed it. */
  double declaredSeconds() {
    boolean known =
        context.duration() > 0
            && context.duration_estimation_method() != avformat.AVFMT_DURATION_FROM_BITRATE;
    return known ? (double) context.duration() / avutil.AV_TIME_BASE : Double.NaN;
  }

  /** Presentation time, in seconds, at which the file starts. */
  double origin() {
    long start = context.start_time();
    return start == avutil.AV_NOPTS_VALUE ? 0 : (double) start / avutil.AV_TIME_BASE;
  }

  /** The best stream of a media type, opened for decoding. Cover art is no video. */
  StreamDecoder decoder(int mediaType) {
    boolean picture = mediaType == avutil.AVMEDIA_TYPE_VIDEO;
    int index =
        avformat.av_find_best_stream(context, mediaType, -1, -1, (AVCodec) null, 0);
    boolean cover =
        index >= 0
            && (context.streams(index).disposition() & avformat.AV_DISPOSITION_ATTACHED_PIC) != 0;
    if (index < 0 || cover) {
      throw new MediaException(
          file,
          picture ? Reason.NO_PICTURE : Reason.NO_SOUND,
          "has no %s stream, only %s".formatted(picture ? "video" : "sound", streamNames()));
    }
    return StreamDecoder.open(this, context.streams(index), limits);
  }

  private String streamNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < context.nb_streams(); i++) {
      names.add(avcodec.avcodec_get_name(context.streams(i).codecpar().codec_id()).getString());
    }
    return names.isEmpty() ? "an empty list" : String.join(", ", names);
  }

  /** Lets the demuxer skip the data of all other streams. */
  void readOnly(Set<Integer> indices) {
    for (int i = 0; i < context.nb_streams(); i++) {
      if (!indices.contains(i)) {
        context.streams(i).discard(avcodec.AVDISCARD_ALL);
      }
    }
  }

  /** Goes to a key frame at or before a time; where a format cannot, reading starts at 0. */
  void seek(double seconds) {
    long target = Math.round((seconds + origin()) * avutil.AV_TIME_BASE);
    avformat.avformat_seek_file(context, -1, Long.MIN_VALUE, target, target, 0);
  }

  /** Reads the next packet; false at the end of what can be read. */
  boolean read(AVPacket packet) {
    if (avformat.av_read_frame(context, packet) < 0) {
      return false;
    }
    AVStream stream = context.streams(packet.stream_index());
    if (packet.pts() != avutil.AV_NOPTS_VALUE) {
      double end = seconds(packet.pts() + Math.max(0, packet.duration()), stream.time_base());
      lastPacketEnd = Math.max(lastPacketEnd, end - origin());
    }
    return true;
  }

  /** Where the packets read so far end, in seconds from the origin. */
  double lastPacketEnd() {
    return lastPacketEnd;
  }

  static double seconds(long time, AVRational base) {
    return (double) time * base.num() / base.den();
  }

  @Override
  public void close() {
    avformat.avformat_close_input(context);
    avformat.avio_closep(bytes);
  }
}
