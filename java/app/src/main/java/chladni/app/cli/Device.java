package chladni.app.cli;

import java.util.Locale;

/**
 * What {@code --device} takes. Help and errors show the names in lower case, as users type them.
 */
public enum Device {
  AUTO,
  CPU,
  REFERENCE,
  CUDA;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
