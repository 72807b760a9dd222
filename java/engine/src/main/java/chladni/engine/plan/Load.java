package chladni.engine.plan;

/** What fills one of the first registers of a fused kernel at each point of its space. */
public sealed interface Load permits View, Load.Constant {
  /** One value everywhere. */
  record Constant(double value) implements Load {}
}
