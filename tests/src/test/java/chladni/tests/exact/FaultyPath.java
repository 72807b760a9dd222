package chladni.tests.exact;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/** A path of the default file system that belongs to another, so that no default shortcut takes it. */
record FaultyPath(FileSystem system, Path real) implements Path {
  private Path with(Path path) {
    return path == null ? null : new FaultyPath(system, path);
  }

  private static Path plain(Path other) {
    if (other instanceof FaultyPath(FileSystem _, Path path)) {
      return path;
    }
    throw new ProviderMismatchException(other + " is of the default file system");
  }

  @Override
  public FileSystem getFileSystem() {
    return system;
  }

  @Override
  public boolean isAbsolute() {
    return real.isAbsolute();
  }

  @Override
  public Path getRoot() {
    return with(real.getRoot());
  }

  @Override
  public Path getFileName() {
    return with(real.getFileName());
  }

  @Override
  public Path getParent() {
    return with(real.getParent());
  }

  @Override
  public int getNameCount() {
    return real.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return with(real.getName(index));
  }

  @Override
  public Path subpath(int begin, int end) {
    return with(real.subpath(begin, end));
  }

  @Override
  public boolean startsWith(Path other) {
    return real.startsWith(plain(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return real.endsWith(plain(other));
  }

  @Override
  public Path normalize() {
    return with(real.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return with(real.resolve(plain(other)));
  }

  @Override
  public Path relativize(Path other) {
    return with(real.relativize(plain(other)));
  }

  @Override
  public URI toUri() {
    return real.toUri();
  }

  @Override
  public Path toAbsolutePath() {
    return with(real.toAbsolutePath());
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    return with(real.toRealPath(options));
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int compareTo(Path other) {
    return real.compareTo(plain(other));
  }

  @Override
  public String toString() {
    return real.toString();
  }
}
