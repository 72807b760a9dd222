package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;

/** Decodes one window of one file in this process. Runs in the worker. */
final class ClipDecoder {
  /** Streams of one file end at slightly different times; more is missing data. */
  private static final double END_TOLERANCE_SECONDS = 0.5;

  /** Nearer than this, reading on is as fast as seeking. */
  private static final double SEEK_SECONDS = 2;

  private final Path file;
  private final MediaLimits limits;
  private final double start;
  private final double seconds;

  private ClipDecoder(Path file, MediaLimits limits, double start, double seconds) {
    this.file = file;
    this.limits = limits;
    this.start = start;
    this.seconds = seconds;
  }

  static Clip video(Path file, VideoRequest request, MediaLimits limits) {
    ClipDecoder decoder =
        new ClipDecoder(file, limits, request.startSeconds(), request.seconds());
    return decoder.video(request, Double.NaN);
  }

  static Waveform sound(Path file, double seconds, MediaLimits limits) {
    return new ClipDecoder(file, limits, 0, seconds).sound();
  }

  /**
   * Decodes frames and sound.
   *
   * @param knownEnd where the file ends if an earlier pass has found out, else NaN
   */
  private Clip video(VideoRequest request, double knownEnd) {
    double end;
    try (MediaSource source = MediaSource.open(file, limits);
        StreamDecoder pictures = source.decoder(avutil.AVMEDIA_TYPE_VIDEO);
        StreamDecoder sounds = source.decoder(avutil.AVMEDIA_TYPE_AUDIO)) {
      source.readOnly(Set.of(pictures.index(), sounds.index()));
      double declared = source.declaredSeconds();
      double fileEnd = Double.isNaN(knownEnd) ? declared : knownEnd;
      requireInside(fileEnd);
      double window = Double.isNaN(fileEnd) ? seconds : Math.min(seconds, fileEnd - start);
      try (FrameCollector frames =
              new FrameCollector(
                  source, pictures, targets(request.frames(), window), request.size());
          SoundCollector sound = new SoundCollector(source, sounds, start, window)) {
        boolean whole = pump(source, pictures, frames, sounds, sound);
        end = source.lastPacketEnd();
        boolean guessed = Double.isNaN(fileEnd) && end < start + window - END_TOLERANCE_SECONDS;
        if (whole || !guessed) {
          if (!whole) {
            requireEnd(end, declared);
          }
          if (!frames.finish()) {
            throw new MediaException(file, Reason.CORRUPT, "no frame could be decoded");
          }
          return new Clip(frames.pictures(), sound.waveform());
        }
      }
    }
    // The header names no duration, and the window was longer than the file: place the frames anew.
    return video(request, Math.max(0, end));
  }

  private Waveform sound() {
    try (MediaSource source = MediaSource.open(file, limits);
        StreamDecoder sounds = source.decoder(avutil.AVMEDIA_TYPE_AUDIO)) {
      double declared = source.declaredSeconds();
      double ownDuration =
          MediaSource.seconds(sounds.stream().duration(), sounds.stream().time_base());
      if (ownDuration > 0 && !Double.isNaN(declared)) {
        source.readOnly(Set.of(sounds.index()));
        declared = Math.min(declared, ownDuration);
      }
      double window = Double.isNaN(declared) ? seconds : Math.min(seconds, declared);
      try (SoundCollector sound = new SoundCollector(source, sounds, start, window)) {
        if (!pump(source, null, null, sounds, sound)) {
          requireEnd(source.lastPacketEnd(), declared);
        }
        return sound.waveform();
      }
    }
  }

  /** Feeds packets to the collectors; true if they were complete before the packets ended. */
  private boolean pump(
      MediaSource source,
      StreamDecoder pictures,
      FrameCollector frames,
      StreamDecoder sounds,
      SoundCollector sound) {
    if (start > SEEK_SECONDS) {
      source.seek(start);
    }
    AVPacket packet = avcodec.av_packet_alloc();
    AVFrame frame = avutil.av_frame_alloc();
    try {
      while (!(sound.complete() && (frames == null || frames.complete()))) {
        if (!source.read(packet)) {
          drain(pictures, frames, sounds, sound, frame);
          return false;
        }
        if (packet.stream_index() == sounds.index() && !sound.complete()) {
          sounds.send(packet);
          takeSound(sounds, sound, frame);
        } else if (frames != null
            && packet.stream_index() == pictures.index()
            && !frames.complete()) {
          pictures.send(packet);
          takeFrames(pictures, frames, frame);
        }
        avcodec.av_packet_unref(packet);
      }
      return true;
    } finally {
      avutil.av_frame_free(frame);
      avcodec.av_packet_free(packet);
    }
  }

  private static void drain(
      StreamDecoder pictures,
      FrameCollector frames,
      StreamDecoder sounds,
      SoundCollector sound,
      AVFrame frame) {
    sounds.send(null);
    takeSound(sounds, sound, frame);
    sound.finish();
    if (frames != null) {
      pictures.send(null);
      takeFrames(pictures, frames, frame);
    }
  }

  private static void takeSound(StreamDecoder decoder, SoundCollector sound, AVFrame frame) {
    while (decoder.receive(frame)) {
      sound.accept(frame);
      avutil.av_frame_unref(frame);
    }
  }

  private static void takeFrames(StreamDecoder decoder, FrameCollector frames, AVFrame frame) {
    while (decoder.receive(frame)) {
      frames.accept(frame);
    }
  }

  private double[] targets(int count, double window) {
    double[] targets = new double[count];
    for (int i = 0; i < count; i++) {
      targets[i] = start + (i + 0.5) / count * window;
    }
    return targets;
  }

  private void requireInside(double fileEnd) {
    if (fileEnd <= start) {
      throw new MediaException(
          file,
          Reason.OUT_OF_WINDOW,
          "ends at %.2f s, before the start at %.2f s".formatted(fileEnd, start));
    }
  }

  private void requireEnd(double end, double declared) {
    double expected = Double.isNaN(declared) ? end : Math.min(start + seconds, declared);
    if (end < expected - END_TOLERANCE_SECONDS) {
      throw new MediaException(
          file,
          Reason.TRUNCATED,
          "breaks off at %.2f s, its header promises %.2f s"
              .formatted(Math.max(0, end), declared));
    }
  }
}
