package chladni.tests.exact;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file whose writes and fsyncs ask a {@link Disk}, which may take a part of a write alone. */
final class FaultyChannel extends FileChannel {
  private final Path file;
  private final FileChannel real;
  private final Disk disk;

  FaultyChannel(Path file, FileChannel real, Disk disk) {
    this.file = file;
    this.real = real;
    this.disk = disk;
  }

  private interface Write {
    int of(ByteBuffer bytes) throws IOException;
  }

  private int write(ByteBuffer src, Write write) throws IOException {
    int taken = disk.write(file, src.remaining());
    int limit = src.limit();
    try {
      return write.of(src.limit(src.position() + taken));
    } finally {
      src.limit(limit);
    }
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    return write(src, real::write);
  }

  @Override
  public int write(ByteBuffer src, long position) throws IOException {
    return write(src, bytes -> real.write(bytes, position));
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long written = 0;
    for (int i = offset; i < offset + length; i++) {
      written += write(sources[i]);
    }
    return written;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    disk.fsync(file);
    real.force(metaData);
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    return real.read(dst);
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    return real.read(dst, position);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return real.read(targets, offset, length);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    real.truncate(size);
    return this;
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException("it would pass the disk by");
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException("it would pass the disk by");
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException("it would pass the disk by");
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return real.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return real.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }
}
