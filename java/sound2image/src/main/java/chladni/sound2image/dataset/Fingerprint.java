package chladni.sound2image.dataset;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over whatever a result depends on; equal data have equal fingerprints. */
public final class Fingerprint {
  private static final int CHUNK = 1 << 14;

  private final MessageDigest digest;

  public Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Text, which may be absent. */
  public Fingerprint add(String text) {
    return text == null
        ? add(new int[] {-1})
        : add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes with their number, so that two arrays never read as one. */
  public Fingerprint add(byte[] bytes) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
    return this;
  }

  public Fingerprint add(float[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * Math.min(CHUNK, values.length));
    for (int from = 0; from < values.length; from += CHUNK) {
      int n = Math.min(CHUNK, values.length - from);
      buffer.clear();
      buffer.asFloatBuffer().put(values, from, n);
      digest.update(buffer.limit(Float.BYTES * n));
    }
    return this;
  }

  public Fingerprint add(int[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES * values.length);
    buffer.asIntBuffer().put(values);
    digest.update(buffer);
    return this;
  }

  /** The first 16 bytes in hexadecimal. */
  @Override
  public String toString() {
    try {
      MessageDigest copy = (MessageDigest) digest.clone();
      return HexFormat.of().formatHex(copy.digest(), 0, 16);
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("SHA-256 of the platform can be cloned", e);
    }
  }
}
