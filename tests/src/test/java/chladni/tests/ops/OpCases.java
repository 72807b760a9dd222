package chladni.tests.ops;

import java.util.List;
import java.util.stream.Stream;

/** The table: every operation at least once, with attributes other than the usual and odd sizes. */
final class OpCases {
  private OpCases() {}

  private static final List<OpCase> ALL =
      Stream.of(
              ElementwiseCases.all(),
              ShapeCases.all(),
              ReductionCases.all(),
              IndexCases.all(),
              ConvolutionCases.all(),
              WindowCases.all(),
              NormalisationCases.all(),
              StateCases.all(),
              CustomCases.all())
          .flatMap(List::stream)
          .toList();

  static List<OpCase> all() {
    return ALL;
  }

  /** Whether no row before it is of the same operation. */
  static boolean isFirstOfItsKind(OpCase c) {
    return ALL.stream().filter(other -> other.op() == c.op()).findFirst().orElseThrow() == c;
  }

  /** The rows whose derivative is one of these. */
  static Stream<OpCase> with(OpCase.Derivative... kinds) {
    return ALL.stream().filter(c -> List.of(kinds).contains(c.derivative()));
  }
}
