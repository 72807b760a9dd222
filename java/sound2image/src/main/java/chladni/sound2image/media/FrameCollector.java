package chladni.sound2image.media;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/** Takes decoded frames in order and keeps the pictures on the screen at the wanted times. */
final class FrameCollector implements AutoCloseable {
  private final MediaSource source;
  private final StreamDecoder decoder;
  private final double[] targets;
  private final int size;
  private final int rightAngles;
  private final List<Picture> pictures = new ArrayList<>();
  private final AVFrame shown = avutil.av_frame_alloc();
  private boolean anyShown;

  /**
   * Collects one picture per time.
   *
   * @param targets seconds from the file's origin, ascending
   * @param size side of the square pictures; 0 keeps the video's size
   */
  FrameCollector(MediaSource source, StreamDecoder decoder, double[] targets, int size) {
    this.source = source;
    this.decoder = decoder;
    this.targets = targets;
    this.size = size;
    this.rightAngles = rotation(decoder.stream());
  }

  boolean complete() {
    return pictures.size() == targets.length;
  }

  /** Takes the frame's content and leaves it empty. */
  void accept(AVFrame frame) {
    double time = decoder.time(frame);
    if (anyShown) {
      emit(time);
      avutil.av_frame_unref(shown);
    }
    avutil.av_frame_move_ref(shown, frame);
    anyShown = true;
  }

  /** No frame follows: the last one stays on the screen. False if there was none. */
  boolean finish() {
    if (anyShown) {
      emit(Double.POSITIVE_INFINITY);
    }
    return anyShown;
  }

  List<Picture> pictures() {
    return pictures;
  }

  private void emit(double until) {
    Picture picture = null;
    while (!complete() && targets[pictures.size()] < until) {
      picture = picture == null ? convert() : picture;
      pictures.add(picture);
    }
  }

  private Picture convert() {
    int width = shown.width();
    int height = shown.height();
    source.requirePixels(width, height);
    SwsContext scaler =
        swscale.sws_getContext(
            width,
            height,
            shown.format(),
            width,
            height,
            avutil.AV_PIX_FMT_RGB24,
            swscale.SWS_BILINEAR | swscale.SWS_ACCURATE_RND | swscale.SWS_FULL_CHR_H_INT,
            null,
            null,
            (DoublePointer) null);
    if (scaler == null || scaler.isNull()) {
      throw new MediaException(
          source.file(),
          MediaException.Reason.CODEC_REFUSED,
          "its pixel format %d cannot be converted to RGB".formatted(shown.format()));
    }
    int row = 3 * width;
    // swscale may write whole vectors past a row's end.
    try (BytePointer rgb = new BytePointer((long) row * height + 64);
        PointerPointer<BytePointer> planes = new PointerPointer<>(1);
        IntPointer strides = new IntPointer(1)) {
      setColours(scaler);
      planes.put(0, rgb);
      strides.put(0, row);
      swscale.sws_scale(scaler, shown.data(), shown.linesize(), 0, height, planes, strides);
      byte[] pixels = new byte[row * height];
      rgb.get(pixels);
      Picture picture = new Picture(width, height, pixels).turn(rightAngles);
      return size == 0 || (size == picture.width() && size == picture.height())
          ? picture
          : picture.centreSquare(size, Filter.BILINEAR);
    } finally {
      swscale.sws_freeContext(scaler);
    }
  }

  /** Follows the frame's own matrix and range, which swscale does not read by itself. */
  private void setColours(SwsContext scaler) {
    IntPointer matrix = swscale.sws_getCoefficients(shown.colorspace());
    int full = shown.color_range() == avutil.AVCOL_RANGE_JPEG || isJpeg(shown.format()) ? 1 : 0;
    swscale.sws_setColorspaceDetails(scaler, matrix, full, matrix, 1, 0, 1 << 16, 1 << 16);
  }

  private static boolean isJpeg(int format) {
    return format == avutil.AV_PIX_FMT_YUVJ420P
        || format == avutil.AV_PIX_FMT_YUVJ422P
        || format == avutil.AV_PIX_FMT_YUVJ444P;
  }

  /** Clockwise right angles by which a phone's video is to be turned. */
  private static int rotation(AVStream stream) {
    AVPacketSideData matrix =
        avcodec.av_packet_side_data_get(
            stream.codecpar().coded_side_data(),
            stream.codecpar().nb_coded_side_data(),
            avcodec.AV_PKT_DATA_DISPLAYMATRIX);
    if (matrix == null || matrix.isNull() || matrix.size() < 9 * Integer.BYTES) {
      return 0;
    }
    double degrees = -avutil.av_display_rotation_get(new IntPointer(matrix.data()));
    return Double.isNaN(degrees) ? 0 : (int) Math.round(degrees / 90);
  }

  @Override
  public void close() {
    avutil.av_frame_free(shown);
  }
}
