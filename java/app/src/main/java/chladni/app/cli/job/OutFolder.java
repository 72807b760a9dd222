package chladni.app.cli.job;

import chladni.app.cli.Terminal;
import chladni.engine.io.AtomicFile;
import chladni.sound2image.training.Checkpoint;
import chladni.sound2image.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Keeps a training from writing over what another has left. */
final class OutFolder {
  private OutFolder() {}

  /**
   * @throws JobException when there is something in the folder that a new run would write over, or
   *     that is no run to resume
   */
  static void check(Path folder, boolean resume, Terminal terminal) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new JobException(folder + ": it must be a folder and is a file. Choose another --out.");
    }
    boolean checkpoint = Checkpoint.newest(folder).isPresent();
    if (isEmpty(folder)) {
      if (resume) {
        terminal.err().println(folder + " is empty: nothing to resume, starting at step 1");
      }
    } else if (!resume) {
      throw new JobException(
          checkpoint
              ? folder + ": it holds a training already. Add --resume to go on with it; to begin anew,"
                  + " empty it or choose another."
              : folder + ": it must be empty for a new training. Choose another folder or empty it.");
    } else if (!checkpoint) {
      if (!Files.exists(folder.resolve(Trainer.METRICS))) {
        throw new JobException(
            folder + ": there is no checkpoint in it to resume from. Check the folder, or start"
                + " without --resume in an empty one.");
      }
      terminal.err().println(folder + " has no checkpoint yet: starting at step 1");
    }
  }

  /** A process killed at its very start may have left temporaries and nothing else. */
  private static boolean isEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.allMatch(AtomicFile::isTemporary);
    } catch (IOException e) {
      throw new JobException(folder + ": it cannot be listed (" + e + "). Check its permissions.", e);
    }
  }
}
