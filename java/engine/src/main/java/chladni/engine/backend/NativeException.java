package chladni.engine.backend;

import chladni.engine.error.EngineException;

/**
 * The host library or oneDNN refused something; the message holds its reason and the arguments. The
 * engine goes on. Where compilation was refused there is no program; where a run was, its outputs
 * have no values and {@link #variablesKept} is {@code false}.
 */
public final class NativeException extends EngineException {
  private static final long serialVersionUID = 1L;

  private final boolean variablesKept;

  public NativeException(String message, boolean variablesKept) {
    super(message);
    this.variablesKept = variablesKept;
  }

  @Override
  public boolean variablesKept() {
    return variablesKept;
  }
}
