package chladni.tests.runtime;

import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hands what is logged to a test instead of printing it, until it is closed. */
public final class Listening implements AutoCloseable {
  private final Logger log;
  private final Handler handler;

  /**
   * @param name of the log
   */
  public Listening(String name, Consumer<LogRecord> to) {
    log = Logger.getLogger(name);
    handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            to.accept(record);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    log.addHandler(handler);
    log.setUseParentHandlers(false);
  }

  @Override
  public void close() {
    log.removeHandler(handler);
    log.setUseParentHandlers(true);
  }
}
