package chladni.sound2image.media;

import static java.nio.charset.StandardCharsets.UTF_8;

import chladni.sound2image.media.MediaException.Reason;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.LogCallback;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/**
 * What every call of FFmpeg needs: return codes become exceptions, and the log, which would go to
 * stderr, becomes their reason.
 */
final class FFmpeg {
  private static final String PHYSICAL_LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

  static {
    // By default JavaCPP refuses to allocate once the process holds four Java heaps; the engine's
    // arenas lie outside the heap and are larger. Must precede the first JavaCPP class.
    if (System.getProperty(PHYSICAL_LIMIT) == null) {
      System.setProperty(PHYSICAL_LIMIT, "0");
    }
  }

  private static final int MESSAGE_LENGTH = 200;

  /** Log lines name the object that speaks by where it lies. */
  private static final Pattern ADDRESS = Pattern.compile(" @ 0x[0-9a-f]+");

  /** Codecs run on the thread that calls them (one thread each), so the log is the caller's. */
  private static final ThreadLocal<String> LAST_ERROR = ThreadLocal.withInitial(() -> "");

  /** Referenced for as long as FFmpeg may call it. */
  private static final LogCallback LOG =
      new LogCallback() {
        @Override
        public void call(int level, BytePointer line) {
          if (level <= avutil.AV_LOG_ERROR) {
            LAST_ERROR.set(printable(line.getStringBytes()));
          }
        }
      };

  static {
    avutil.av_log_set_level(avutil.AV_LOG_ERROR);
    avutil.setLogCallback(LOG);
  }

  private FFmpeg() {}

  /** Forgets what was logged for an earlier file. Also loads the library. */
  static void begin() {
    LAST_ERROR.set("");
  }

  /** Returns {@code code} if it is no error. */
  static int check(int code, Path file, Reason reason, String doing) {
    if (code < 0) {
      throw new MediaException(file, reason, doing + " failed, " + explain(code));
    }
    return code;
  }

  /** The last line of the log, or what the code means. */
  static String explain(int code) {
    String message = LAST_ERROR.get();
    if (!message.isEmpty()) {
      return message;
    }
    byte[] text = new byte[MESSAGE_LENGTH];
    avutil.av_strerror(code, text, text.length);
    return printable(text);
  }

  static void set(AVDictionary options, String key, String value) {
    avutil.av_dict_set(options, key, value, 0);
  }

  /** One line without control characters: the text may quote the file. */
  private static String printable(byte[] text) {
    StringBuilder line = new StringBuilder();
    for (char c : new String(text, UTF_8).toCharArray()) {
      if (c == 0 || line.length() >= MESSAGE_LENGTH) {
        break;
      }
      line.append(c >= ' ' && c < 0x7f ? c : ' ');
    }
    return ADDRESS.matcher(line).replaceAll("").strip();
  }
}
