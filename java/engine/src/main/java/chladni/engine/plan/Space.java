package chladni.engine.plan;

/** Facts about iteration spaces. */
public final class Space {
  /** The extent that stands for all physical elements of a packed family. */
  public static final int FAMILY = -1;

  /** The most axes that a fused kernel has. */
  public static final int MAX_RANK = 6;

  private Space() {}
}
