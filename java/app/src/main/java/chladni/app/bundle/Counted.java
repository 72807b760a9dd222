package chladni.app.bundle;

import chladni.app.cli.job.JobException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Refuses to grow past a limit. */
final class Counted extends FilterOutputStream {
  private final long limit;
  private long written;

  Counted(OutputStream out, long limit) {
    super(out);
    this.limit = limit;
  }

  @Override
  public void write(int b) throws IOException {
    grow(1);
    out.write(b);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    grow(count);
    out.write(bytes, from, count);
  }

  private void grow(int count) {
    written += count;
    if (written > limit) {
      throw new JobException(
          "bundle: the archive may have %,d bytes and would have more. Leave a jar out of it."
              .formatted(limit));
    }
  }
}
