package chladni.engine.plan;

import chladni.engine.graph.Resample2d;
import chladni.engine.graph.Resample2dGrad;
import chladni.engine.graph.SeparableOp;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import chladni.engine.graph.WindowSpread2d;
import chladni.engine.graph.WindowSum2d;

/**
 * A linear map of planes as two sparse matrices.
 *
 * @param rows which rows of the operand each row of the result is summed from
 * @param columns likewise
 */
public record Separable(Taps rows, Taps columns) {
  /**
   * @param from (N, C, H, W), the operand
   * @param to (N, C, oH, oW), the result
   */
  public static Separable of(SeparableOp op, Shape from, Shape to) {
    return switch (op) {
      case WindowSum2d(int kernelH, int kernelW, Window window) ->
          windows(window, from, to, kernelH, kernelW);
      case WindowSpread2d(int kernelH, int kernelW, Window window, int _, int _) ->
          windows(window, to, from, kernelH, kernelW).transposed(to);
      case Resample2d(var mode, int h, int w) ->
          new Separable(
              Taps.resampling(mode, from.dim(2), h), Taps.resampling(mode, from.dim(3), w));
      case Resample2dGrad(var mode, int h, int w) ->
          new Separable(
                  Taps.resampling(mode, h, from.dim(2)), Taps.resampling(mode, w, from.dim(3)))
              .transposed(to);
    };
  }

  private static Separable windows(Window w, Shape from, Shape to, int kernelH, int kernelW) {
    return new Separable(
        Taps.windows(
            from.dim(2), to.dim(2), kernelH, w.strideH(), w.padTop(), w.dilationH()),
        Taps.windows(
            from.dim(3), to.dim(3), kernelW, w.strideW(), w.padLeft(), w.dilationW()));
  }

  private Separable transposed(Shape to) {
    return new Separable(rows.transposed(to.dim(2)), columns.transposed(to.dim(3)));
  }
}
