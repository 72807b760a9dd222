package chladni.engine.io;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The tokens of JSON that a safetensors header can hold: braces, strings, unsigned integers. Strict
 * (RFC 8259, valid UTF-8, no lone surrogates). The header's grammar is fixed, so its caller
 * descends a known number of levels and depth is bounded by construction.
 */
final class HeaderParser {
  private final Path file;
  private final byte[] bytes;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private int position;

  HeaderParser(Path file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  BadFileException bad(String problem) {
    return new BadFileException(
        file,
        "safetensors header, byte " + position + ": " + problem,
        "The file is damaged or not safetensors; copy or export it again.");
  }

  /** Skips white space and takes the character if it is next. */
  boolean take(char wanted) {
    skipSpace();
    if (position < bytes.length && bytes[position] == wanted) {
      position++;
      return true;
    }
    return false;
  }

  void expect(char wanted) {
    if (!take(wanted)) {
      throw bad("'" + wanted + "' must stand here, got " + here());
    }
  }

  void expectEnd() {
    skipSpace();
    if (position != bytes.length) {
      throw bad("nothing may follow the closing brace, got " + here());
    }
  }

  /** A non-negative integer that fits a long; JSON allows no leading zero. */
  long unsigned() {
    skipSpace();
    int start = position;
    long value = 0;
    while (position < bytes.length && bytes[position] >= '0' && bytes[position] <= '9') {
      int digit = bytes[position] - '0';
      if (value > (Long.MAX_VALUE - digit) / 10) {
        throw bad("a number must fit 63 bits");
      }
      value = value * 10 + digit;
      position++;
    }
    if (position == start) {
      throw bad("a non-negative integer must stand here, got " + here());
    }
    if (bytes[start] == '0' && position - start > 1) {
      throw bad("a number must not start with 0");
    }
    return value;
  }

  String string() {
    expect('"');
    int start = position;
    StringBuilder unescaped = null;
    while (position < bytes.length) {
      byte b = bytes[position];
      if (b == '"') {
        CharSequence tail = decode(start, position);
        position++;
        if (unescaped == null) {
          return tail.toString();
        }
        unescaped.append(tail);
        checkSurrogates(unescaped);
        return unescaped.toString();
      } else if (b == '\\') {
        unescaped = unescaped == null ? new StringBuilder() : unescaped;
        unescaped.append(decode(start, position));
        position++;
        unescaped.append(escape());
        start = position;
      } else if (b >= 0 && b < 0x20) {
        throw bad("control characters in a string must be escaped, got code " + b);
      } else {
        position++;
      }
    }
    throw bad("a string must be closed before the header ends");
  }

  private char escape() {
    if (position >= bytes.length) {
      throw bad("a string must be closed before the header ends");
    }
    byte b = bytes[position++];
    return switch (b) {
      case '"', '\\', '/' -> (char) b;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = position < bytes.length ? Character.digit((char) bytes[position], 16) : -1;
          if (digit < 0) {
            throw bad("\\u needs four hexadecimal digits");
          }
          code = code << 4 | digit;
          position++;
        }
        yield (char) code;
      }
      default -> throw bad("unknown escape in a string");
    };
  }

  private CharBuffer decode(int start, int end) {
    try {
      return utf8.decode(ByteBuffer.wrap(bytes, start, end - start));
    } catch (CharacterCodingException e) {
      throw bad("strings must be valid UTF-8");
    }
  }

  private void checkSurrogates(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw bad("\\u escapes must not leave half a surrogate pair");
      }
    }
  }

  private void skipSpace() {
    while (position < bytes.length) {
      byte b = bytes[position];
      if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
        return;
      }
      position++;
    }
  }

  private String here() {
    if (position >= bytes.length) {
      return "the end";
    }
    byte b = bytes[position];
    return b >= 0x20 && b < 0x7f ? "'" + (char) b + "'" : "byte 0x%02x".formatted(b);
  }
}
