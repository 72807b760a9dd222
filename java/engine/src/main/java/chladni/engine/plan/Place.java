package chladni.engine.plan;

/** Whose memory a buffer is in. */
public sealed interface Place {
  /** A part of the program's arena; {@link Plan#memory} says which. */
  record Arena() implements Place {}

  /** The storage of a variable. The old and the new version are two buffers in one place. */
  record OfVariable(String name) implements Place {}

  /** What the host writes before a run, in row-major order. */
  record OfInput(String name) implements Place {}

  /** What the host reads after a run, in row-major order. */
  record OfOutput(String name) implements Place {}

  /** The bytes of another buffer, which happen to lie in the order that this buffer states. */
  record Alias(Buffer of) implements Place {}
}
