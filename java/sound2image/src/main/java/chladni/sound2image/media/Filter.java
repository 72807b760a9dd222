package chladni.sound2image.media;

/** How a resized picture is interpolated. */
public enum Filter {
  /** Triangle, support 1. */
  BILINEAR(1) {
    @Override
    double at(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** Keys' cubic with a = -0.5, support 2. */
  BICUBIC(2) {
    @Override
    double at(double x) {
      double t = Math.abs(x);
      if (t < 1) {
        return ((A + 2) * t - (A + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * A : 0;
    }
  };

  private static final double A = -0.5;
  private final double support;

  Filter(double support) {
    this.support = support;
  }

  double support() {
    return support;
  }

  /** The filter's value at a distance in source pixels. */
  abstract double at(double x);
}
