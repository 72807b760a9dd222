package chladni.tests.exact;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Counts what is asked of it, and refuses one thing or everything from some point on. */
class Disk {
  private static final String FULL = "No space left on device";
  private static final String FAILED = "Input/output error";

  private final long refusedAct;
  private final long room;
  private long acts;
  private long bytes;
  private boolean refused;

  private Disk(long refusedAct, long room) {
    this.refusedAct = refusedAct;
    this.room = room;
  }

  /** Refuses nothing. */
  Disk() {
    this(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** Refuses the n-th write, fsync or rename, counted from 1, and no other. */
  static Disk refusing(long n) {
    return new Disk(n, Long.MAX_VALUE);
  }

  /** Takes so many bytes; the write that passes them is cut short, later ones are refused. */
  static Disk withRoomFor(long bytes) {
    return new Disk(Long.MAX_VALUE, bytes);
  }

  /** Writes, fsyncs and renames so far. */
  final long acts() {
    return acts;
  }

  /** Bytes written so far. */
  final long bytes() {
    return bytes;
  }

  /** Whether anything was refused: a fault that nobody met proves nothing. */
  final boolean refused() {
    return refused;
  }

  /** How many of so many bytes are taken. */
  int write(Path file, int length) throws IOException {
    if (isRefused()) {
      throw new IOException(FAILED);
    }
    if (length > 0 && bytes == room) {
      refused = true;
      throw new IOException(FULL);
    }
    int taken = (int) Math.min(length, room - bytes);
    bytes += taken;
    return taken;
  }

  /** {@code file} may be a folder. */
  void fsync(Path file) throws IOException {
    if (isRefused()) {
      throw new IOException(FAILED);
    }
  }

  void rename(Path from, Path to) throws IOException {
    if (isRefused()) {
      throw new FileSystemException(from.toString(), to.toString(), FULL);
    }
  }

  private boolean isRefused() {
    boolean now = ++acts == refusedAct;
    refused |= now;
    return now;
  }
}
