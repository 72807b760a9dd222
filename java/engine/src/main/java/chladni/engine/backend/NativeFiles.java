package chladni.engine.backend;

import chladni.engine.api.Experimental;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * Shared libraries on the class path as files, since the loader of the system wants files. Each
 * lies under a name that its content decides, in a directory that only this user can write, so that
 * processes and versions live side by side. A file appears under its name when it is whole.
 */
@Experimental
public final class NativeFiles {
  /** Overrides the directory; the default is {@code chladni} in the user's cache directory. */
  public static final String DIRECTORY_PROPERTY = "chladni.native.directory";

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private NativeFiles() {}

  /**
   * The file of a resource, extracted if it is not there.
   *
   * @param owner whose class loader has the resource
   * @param beside extracted files that the loader shall find in the same directory
   * @throws MissingBackendException when the resource or a writable directory is missing
   */
  public static Path extract(Class<?> owner, String resource, Path... beside) {
    URL url = owner.getClassLoader().getResource(resource);
    if (url == null) {
      throw new MissingBackendException(
          "native file: %s is not on the class path. Build with ./mvnw, which compiles and packs it."
              .formatted(resource));
    }
    String name = resource.substring(resource.lastIndexOf('/') + 1);
    try {
      String identity = identity(url);
      for (Path other : beside) {
        identity += "+" + other.getParent().getFileName();
      }
      Path directory = directory().resolve(identity);
      Path file = directory.resolve(name);
      if (!Files.exists(file)) {
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
        Path part = Files.createTempFile(directory, name, ".part");
        try (InputStream in = url.openStream()) {
          Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
          Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(part);
        }
      }
      for (Path other : beside) {
        link(directory, other);
      }
      return file;
    } catch (IOException e) {
      throw new MissingBackendException(
          "native file: %s could not be extracted: %s. Set -D%s to a writable directory."
              .formatted(name, e, DIRECTORY_PROPERTY),
          e);
    }
  }

  private static void link(Path directory, Path file) throws IOException {
    Path link = directory.resolve(file.getFileName());
    try {
      Files.createSymbolicLink(link, directory.relativize(file));
    } catch (FileAlreadyExistsException e) {
      // The directory's name holds the file's identity: whoever made the link meant this file.
    }
  }

  /** A name for the content: the checksum that the jar already has, else one that is computed. */
  private static String identity(URL url) throws IOException {
    if (url.openConnection() instanceof JarURLConnection jar) {
      return "%08x-%d".formatted(jar.getJarEntry().getCrc(), jar.getJarEntry().getSize());
    }
    try (InputStream in = url.openStream()) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(in.readAllBytes()), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Path directory() throws IOException {
    String chosen = System.getProperty(DIRECTORY_PROPERTY);
    if (chosen != null) {
      return ownDirectory(Path.of(chosen));
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path cache =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    try {
      // Java calls the home of a user whom the system does not know "?".
      if (!cache.isAbsolute()) {
        throw new IOException(cache + " is no absolute path");
      }
      return ownDirectory(cache.resolve("chladni").resolve("native"));
    } catch (IOException e) {
      String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9_.-]", "_");
      return ownDirectory(Path.of(System.getProperty("java.io.tmpdir"), "chladni-native-" + user));
    }
  }

  /** A directory that is ours alone: in a shared place somebody else could have put it there. */
  private static Path ownDirectory(Path path) throws IOException {
    try {
      Files.createDirectories(path, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(path + " is a file", e);
    }
    Path real = path.toRealPath();
    Path probe = Files.createTempFile(real, "owner", ".part");
    try {
      if (!Files.getOwner(real).equals(Files.getOwner(probe))) {
        throw new IOException(real + " belongs to " + Files.getOwner(real));
      }
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(real);
      if (mode.contains(PosixFilePermission.GROUP_WRITE)
          || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new IOException(real + " can be written by others");
      }
    } finally {
      Files.deleteIfExists(probe);
    }
    return real;
  }
}
