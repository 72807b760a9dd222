package chladni.sound2image.evaluation;

import java.util.Arrays;

/**
 * A dense matrix, row by row: one row per clip, one column per feature or label.
 *
 * @param rows number of rows, at least 1
 * @param columns number of columns, at least 1
 * @param values finite, {@code rows * columns} of them; not copied, so the caller leaves them alone
 */
public record FloatMatrix(int rows, int columns, float[] values) {
  /** Checks the sizes and that every value is finite: a measure of NaN would be no measure. */
  public FloatMatrix {
    if (rows < 1 || columns < 1 || (long) rows * columns != values.length) {
      throw new IllegalArgumentException(
          ("matrix: rows × columns must be positive and equal the number of values, got %d × %d"
                  + " and %d. Check the feature width.")
              .formatted(rows, columns, values.length));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "matrix: every value must be finite, got %s at row %d, column %d."
                    .formatted(values[i], i / columns, i % columns)
                + " Check the network that produced this row.");
      }
    }
  }

  /** A matrix of these rows, copied. */
  public static FloatMatrix ofRows(float[]... rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException("matrix: at least one row is needed, got none.");
    }
    int columns = rows[0].length;
    float[] values = new float[Math.multiplyExact(rows.length, columns)];
    for (int r = 0; r < rows.length; r++) {
      if (rows[r].length != columns) {
        throw new IllegalArgumentException(
            "matrix: rows must be equally long, got %d in row 0 and %d in row %d."
                .formatted(columns, rows[r].length, r));
      }
      System.arraycopy(rows[r], 0, values, r * columns, columns);
    }
    return new FloatMatrix(rows.length, columns, values);
  }

  public float at(int row, int column) {
    return values[row * columns + column];
  }

  /** A copy of one row. */
  public float[] row(int row) {
    return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
  }

  /** The named rows in the named order; a row may be named more than once. */
  public FloatMatrix select(int[] indices) {
    float[] selected = new float[Math.multiplyExact(indices.length, columns)];
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(values, indices[i] * columns, selected, i * columns, columns);
    }
    return new FloatMatrix(indices.length, columns, selected);
  }

  /** max(x, 0) of every value: the multimodal vector after its activation. */
  public FloatMatrix relu() {
    float[] activated = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      activated[i] = Math.max(values[i], 0f);
    }
    return new FloatMatrix(rows, columns, activated);
  }

  FloatMatrix transpose() {
    float[] transposed = new float[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        transposed[c * rows + r] = values[r * columns + c];
      }
    }
    return new FloatMatrix(columns, rows, transposed);
  }
}
