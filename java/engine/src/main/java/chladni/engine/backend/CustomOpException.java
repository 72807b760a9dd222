package chladni.engine.backend;

import chladni.engine.error.EngineException;
import chladni.engine.graph.Node;

/**
 * The body of a custom operation threw; what it threw is the cause. The run ended there: outputs have
 * no values, and some variables may have their new ones already. The program can run again.
 */
public final class CustomOpException extends EngineException {
  private static final long serialVersionUID = 1L;

  public CustomOpException(Node node, Throwable cause) {
    super("%s: its compute threw %s. Mend the operation's body.".formatted(node, cause), cause);
  }

  @Override
  public boolean variablesKept() {
    return false;
  }
}
