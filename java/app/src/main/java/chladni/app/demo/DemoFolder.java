package chladni.app.demo;

import chladni.engine.error.EngineException;
import chladni.engine.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The folder of a demo: new, or one in which the same demo was interrupted. */
final class DemoFolder {
  private static final String MARK = "demo.txt";

  private DemoFolder() {}

  /** A folder that holds something else. Nothing in it was touched. */
  static final class InUse extends EngineException {
    private static final long serialVersionUID = 1L;

    InUse(String message) {
      super(message);
    }
  }

  /**
   * Makes the folder, or finds in it what the same demo left.
   *
   * @return whether an earlier run is continued
   * @throws InUse when it holds anything else
   */
  static boolean claim(Path root, String description) {
    Path mark = root.resolve(MARK);
    try {
      if (Files.exists(mark)) {
        String found = Files.readString(mark).strip();
        if (!found.equals(description)) {
          throw new InUse(
              "demo '%s': the folder holds another demo, got '%s' where '%s' was asked for. Choose another --out."
                  .formatted(root, found, description));
        }
        return true;
      }
      Files.createDirectories(root);
      try (Stream<Path> files = Files.list(root)) {
        if (files.findAny().isPresent()) {
          throw new InUse(
              "demo '%s': the folder must be empty or hold an interrupted demo. Choose another --out."
                  .formatted(root));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.writeString(mark, description + "\n");
    return false;
  }
}
