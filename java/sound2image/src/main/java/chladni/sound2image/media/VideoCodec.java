package chladni.sound2image.media;

import org.bytedeco.ffmpeg.global.avutil;

/** Encoders for pictures in FFmpeg's LGPL build, in the order of their speed. */
public enum VideoCodec {
  /** MPEG-4 part 2: the fastest that every player and every container knows. */
  MPEG4("mpeg4", avutil.AV_PIX_FMT_YUV420P),
  /** Motion JPEG: every frame a picture of its own. */
  MJPEG("mjpeg", avutil.AV_PIX_FMT_YUVJ420P),
  /** H.264 by OpenH264; even sides only. */
  H264("libopenh264", avutil.AV_PIX_FMT_YUV420P),
  /** For WebM. */
  VP8("libvpx", avutil.AV_PIX_FMT_YUV420P);

  private final String encoder;
  private final int pixelFormat;

  VideoCodec(String encoder, int pixelFormat) {
    this.encoder = encoder;
    this.pixelFormat = pixelFormat;
  }

  String encoder() {
    return encoder;
  }

  int pixelFormat() {
    return pixelFormat;
  }
}
