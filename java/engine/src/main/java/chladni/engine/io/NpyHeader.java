package chladni.engine.io;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * The Python literal that heads a npy file: {@code {'descr': '<f4', 'fortran_order': False,
 * 'shape': (3, 4), }}. Keys may stand in any order, each once.
 */
record NpyHeader(String descr, boolean fortranOrder, long[] shape) {
  // numpy itself stops at 32 (64 since version 2).
  private static final int MAX_RANK = 64;

  static NpyHeader parse(Path file, String text) {
    Parser in = new Parser(file, text);
    String descr = null;
    Boolean fortran = null;
    long[] shape = null;
    in.expect('{');
    while (!in.take('}')) {
      String key = in.string();
      in.expect(':');
      switch (key) {
        case "descr" -> descr = in.once(key, descr, in.string());
        case "fortran_order" -> fortran = in.once(key, fortran, in.bool());
        case "shape" -> shape = in.once(key, shape, in.tuple());
        default -> throw in.bad("unknown key '" + key + "'");
      }
      if (!in.take(',')) {
        in.expect('}');
        break;
      }
    }
    in.expectEnd();
    if (descr == null || fortran == null || shape == null) {
      throw in.bad("descr, fortran_order and shape must all be given");
    }
    return new NpyHeader(descr, fortran, shape);
  }

  private static final class Parser {
    private final Path file;
    private final String text;
    private int position;

    Parser(Path file, String text) {
      this.file = file;
      this.text = text;
    }

    BadFileException bad(String problem) {
      return new BadFileException(
          file,
          "npy header, character " + position + ": " + problem,
          "The file is damaged or not npy; save it again with numpy.save.");
    }

    <T> T once(String key, T before, T now) {
      if (before != null) {
        throw bad(key + " must be given once");
      }
      return now;
    }

    private void skipSpace() {
      while (position < text.length() && " \t\n\r".indexOf(text.charAt(position)) >= 0) {
        position++;
      }
    }

    boolean take(char wanted) {
      skipSpace();
      if (position < text.length() && text.charAt(position) == wanted) {
        position++;
        return true;
      }
      return false;
    }

    void expect(char wanted) {
      if (!take(wanted)) {
        throw bad("'" + wanted + "' must stand here");
      }
    }

    void expectEnd() {
      skipSpace();
      if (position != text.length()) {
        throw bad("nothing may follow the closing brace");
      }
    }

    String string() {
      char quote = take('"') ? '"' : '\'';
      if (quote == '\'') {
        expect('\'');
      }
      int end = text.indexOf(quote, position);
      if (end < 0 || text.substring(position, end).indexOf('\\') >= 0) {
        throw bad("a plain quoted string must stand here");
      }
      String value = text.substring(position, end);
      position = end + 1;
      return value;
    }

    boolean bool() {
      skipSpace();
      for (boolean value : new boolean[] {true, false}) {
        String literal = value ? "True" : "False";
        if (text.startsWith(literal, position)) {
          position += literal.length();
          return value;
        }
      }
      throw bad("True or False must stand here");
    }

    long[] tuple() {
      expect('(');
      long[] extents = new long[MAX_RANK];
      int rank = 0;
      while (!take(')')) {
        if (rank == MAX_RANK) {
          throw bad("at most " + MAX_RANK + " extents are read");
        }
        extents[rank++] = extent();
        if (!take(',')) {
          // Python reads (5) as a number: a tuple of one needs its comma.
          if (rank == 1) {
            throw bad("a shape with one extent needs a comma after it");
          }
          expect(')');
          break;
        }
      }
      return Arrays.copyOf(extents, rank);
    }

    private long extent() {
      skipSpace();
      int start = position;
      long value = 0;
      while (position < text.length()
          && text.charAt(position) >= '0'
          && text.charAt(position) <= '9') {
        int digit = text.charAt(position) - '0';
        if (value > (Long.MAX_VALUE - digit) / 10) {
          throw bad("an extent must fit 63 bits");
        }
        value = value * 10 + digit;
        position++;
      }
      if (position == start) {
        throw bad("a non-negative integer must stand here");
      }
      // numpy on Python 2 wrote longs as 3L.
      take('L');
      return value;
    }
  }
}
