package chladni.engine.plan;

import chladni.engine.graph.TensorType;

/**
 * One materialised tensor.
 *
 * @param id its index in {@link Plan#buffers}
 * @param type the logical type
 * @param label the node whose value it holds, for listings
 * @param format {@link Format#SINGLE} but for what only products read
 * @param family for {@link Layout#PACKED}: the variable of the convolution weight whose physical
 *     layout it shares; empty for the other layouts
 */
public record Buffer(
    int id,
    TensorType type,
    Layout layout,
    Format format,
    Place place,
    String label,
    String family) {
  /** The buffer that owns the bytes: itself unless it is an alias. */
  public Buffer root() {
    return place instanceof Place.Alias(Buffer of) ? of.root() : this;
  }

  /** Whether both lie in the same bytes, as the two versions of a variable do. */
  public boolean sharesMemoryWith(Buffer other) {
    Buffer a = root();
    Buffer b = other.root();
    return a.id == b.id || (!(a.place instanceof Place.Arena) && a.place.equals(b.place));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Buffer b && b.id == id;
  }

  @Override
  public int hashCode() {
    return id;
  }
}
