package chladni.engine.backend.listing;

import chladni.engine.backend.Listing;
import chladni.engine.backend.NonFinite;
import chladni.engine.graph.Shape;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Layout;
import java.util.List;
import java.util.Set;

/**
 * The step of a traced run whose result is not finite, which a backend describes.
 *
 * @param number of the step in the listing
 * @param result the buffer that holds NaN or infinity
 * @param before places outside the program that were not finite before the run
 */
public record Suspect(
    int number, Listing.Step step, Buffer result, Listing.Tensor where, Set<Listing.Place> before) {
  /** The elements of the result, row-major unless its layout is channels-last. */
  public interface Values {
    float get(long i);
  }

  public NonFinite describe(Values values) {
    Shape shape = result.type().shape();
    long n = shape.elements();
    boolean last = result.layout() == Layout.CHANNELS_LAST;
    long count = 0;
    long least = n;
    float value = 0;
    for (long i = 0; i < n; i++) {
      float v = values.get(i);
      if (!Float.isFinite(v)) {
        long at = last ? rowMajor(shape, i) : i;
        count++;
        if (at < least) {
          least = at;
          value = v;
        }
      }
    }
    List<String> sources =
        step.reads().stream()
            .map(Listing.Tensor::place)
            .filter(before::contains)
            .map(Listing.Place::toString)
            .distinct()
            .toList();
    int[] index = shape.index(least);
    return new NonFinite(
        number, step.label(), step.nodes(), where, count, index, value, sources);
  }

  /** The place of element {@code i} of N, H, W, C in N, C, H, W. */
  private static long rowMajor(Shape shape, long i) {
    long c = shape.dim(1);
    long plane = (long) shape.dim(2) * shape.dim(3);
    return (i / (c * plane)) * c * plane + i % c * plane + i / c % plane;
  }
}
