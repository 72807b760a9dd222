package chladni.sound2image.media;

import chladni.sound2image.media.MediaException.Reason;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.List;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * The worker process: answers requests on standard input until it ends. Answers leave through the
 * descriptor named by the first argument, since native libraries may print to standard output.
 */
final class DecodeWorker {
  private static final int PIPE_BYTES = 1 << 16;

  private DecodeWorker() {}

  /**
   * Runs until standard input ends, which it also does when the parent dies.
   *
   * @param args the path of the descriptor for answers
   */
  public static void main(String[] args) throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, PIPE_BYTES));
        DataOutputStream out =
            new DataOutputStream(
                new BufferedOutputStream(new FileOutputStream(args[0]), PIPE_BYTES))) {
      MediaLimits limits = WorkerProtocol.readLimits(in);
      FFmpeg.begin();
      avutil.av_max_alloc((long) limits.maxResidentMiB() << 19);
      WorkerProtocol.writeReady(out);
      while (true) {
        answer(WorkerProtocol.readRequest(in), limits, out);
      }
    } catch (EOFException _) {
      // The reader has closed us.
    }
  }

  private static void answer(
      WorkerProtocol.Request request, MediaLimits limits, DataOutputStream out)
      throws IOException {
    Clip clip;
    try {
      clip =
          switch (request) {
            case WorkerProtocol.Request.OfVideo(var file, var video) ->
                ClipDecoder.video(file, video, limits);
            case WorkerProtocol.Request.OfSound(var file, var seconds) ->
                new Clip(List.of(), ClipDecoder.sound(file, seconds, limits));
          };
    } catch (MediaException e) {
      WorkerProtocol.writeFailure(out, e.reason(), e.detail());
      return;
    } catch (RuntimeException e) {
      WorkerProtocol.writeFailure(out, Reason.CORRUPT, "the decoder stopped, " + e);
      return;
    }
    WorkerProtocol.writeAnswer(out, clip.frames(), clip.sound());
  }
}
