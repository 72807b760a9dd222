package chladni.app.cli;

import chladni.engine.error.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Turns what went wrong into one sentence and an exit code. Exceptions of ours already say subject,
 * rule, values and next move; anything else is a defect, whose stack trace is kept in a file.
 */
final class Failures {
  private final PrintWriter err;
  private final boolean stackTrace;

  Failures(PrintWriter err, boolean stackTrace) {
    this.err = err;
    this.stackTrace = stackTrace;
  }

  int report(String command, Throwable e) {
    String message =
        switch (e) {
          case UsageException _, EngineException _ -> e.getMessage();
          case OutOfMemoryError _ ->
              "the Java heap is full ("
                  + e.getMessage()
                  + "). Set CHLADNI_JAVA_OPTS=-Xmx4g or more, or use a smaller batch.";
          case FileSystemException file -> file(file);
          case UncheckedIOException io when io.getCause() instanceof FileSystemException file ->
              file(file);
          case UncheckedIOException io -> disk(io.getMessage());
          case IOException io when io.getMessage() != null -> disk(io.getMessage());
          case Throwable _ when isOurs(e) -> e.getMessage();
          default -> null;
        };
    if (message == null) {
      err.println(command + ": unexpected " + e + ". " + whereTheTraceIs(e));
    } else {
      err.println(command + ": " + message);
    }
    if (stackTrace) {
      e.printStackTrace(err);
    }
    err.flush();
    return e instanceof UsageException ? ExitCode.USAGE : ExitCode.FAILURE;
  }

  private static boolean isOurs(Throwable e) {
    return e.getClass().getPackageName().startsWith("chladni.") && e.getMessage() != null;
  }

  private static String disk(String what) {
    return what + ". Check the disk; what was saved before stands.";
  }

  private static String file(FileSystemException e) {
    return e.getFile()
        + switch (e) {
          case NoSuchFileException _ -> ": there is no such file. Check the path.";
          case FileAlreadyExistsException _ -> ": it exists already. Choose another name.";
          case AccessDeniedException _ -> ": access is denied. Check its permissions.";
          default -> ": " + e.getReason() + ". Check the path and the disk.";
        };
  }

  private String whereTheTraceIs(Throwable e) {
    if (stackTrace) {
      return "This is a defect; please report it with the trace below.";
    }
    try {
      Path file = Files.createTempFile("chladni-", ".stacktrace.txt");
      try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(file))) {
        e.printStackTrace(writer);
      }
      return "This is a defect; please report it with the stack trace in " + file + ".";
    } catch (IOException _) {
      return "This is a defect; run again with --stacktrace and report it.";
    }
  }
}
