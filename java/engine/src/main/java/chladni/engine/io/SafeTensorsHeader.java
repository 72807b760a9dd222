package chladni.engine.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a safetensors header says, after every claim was checked against the number of data bytes
 * that really follow it.
 */
record SafeTensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";
  // Bounds on heap rather than on any real file: the largest published models have under 10,000.
  private static final int MAX_ENTRIES = 100_000;
  private static final int MAX_RANK = 32;

  /** One tensor; offsets count from the first data byte. */
  record Entry(DiskType type, long[] shape, long begin, long end) {}

  static SafeTensorsHeader parse(Path file, byte[] json, long dataBytes) {
    HeaderParser in = new HeaderParser(file, json);
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = null;
    in.expect('{');
    if (!in.take('}')) {
      do {
        String name = in.string();
        in.expect(':');
        if (name.equals(METADATA)) {
          if (metadata != null) {
            throw in.bad("keys must be unique, got __metadata__ twice");
          }
          metadata = metadata(in);
        } else {
          if (entries.size() == MAX_ENTRIES) {
            throw in.bad("at most " + MAX_ENTRIES + " tensors are read");
          }
          if (entries.put(name, entry(in, name)) != null) {
            throw in.bad("keys must be unique, got '" + name + "' twice");
          }
        }
      } while (in.take(','));
      in.expect('}');
    }
    in.expectEnd();
    checkLayout(in, entries, dataBytes);
    return new SafeTensorsHeader(
        Collections.unmodifiableMap(entries),
        metadata == null ? Map.of() : Collections.unmodifiableMap(metadata));
  }

  private static Map<String, String> metadata(HeaderParser in) {
    Map<String, String> metadata = new LinkedHashMap<>();
    in.expect('{');
    if (in.take('}')) {
      return metadata;
    }
    do {
      String key = in.string();
      in.expect(':');
      if (metadata.size() == MAX_ENTRIES) {
        throw in.bad("at most " + MAX_ENTRIES + " metadata entries are read");
      }
      if (metadata.put(key, in.string()) != null) {
        throw in.bad("metadata keys must be unique, got '" + key + "' twice");
      }
    } while (in.take(','));
    in.expect('}');
    return metadata;
  }

  private static Entry entry(HeaderParser in, String name) {
    DiskType type = null;
    long[] shape = null;
    long[] offsets = null;
    in.expect('{');
    do {
      String key = in.string();
      in.expect(':');
      boolean again =
          switch (key) {
            case "dtype" -> type != null;
            case "shape" -> shape != null;
            case "data_offsets" -> offsets != null;
            default -> throw in.bad("tensor '" + name + "' has the unknown key '" + key + "'");
          };
      if (again) {
        throw in.bad("tensor '" + name + "' must give " + key + " once");
      }
      switch (key) {
        case "dtype" -> type = type(in, name);
        case "shape" -> shape = integers(in, name, MAX_RANK);
        default -> offsets = integers(in, name, 2);
      }
    } while (in.take(','));
    in.expect('}');
    if (type == null || shape == null || offsets == null || offsets.length != 2) {
      throw in.bad("tensor '" + name + "' must give dtype, shape and two data_offsets");
    }
    long elements = ShapeOnDisk.elements(shape);
    if (elements < 0 || elements > Long.MAX_VALUE / type.bytes()) {
      throw in.bad(
          "tensor '" + name + "': the size of shape " + Arrays.toString(shape) + " overflows");
    }
    if (offsets[0] > offsets[1] || offsets[1] - offsets[0] != elements * type.bytes()) {
      throw in.bad(
          "tensor '%s': data_offsets must span the %d bytes of %s %s, got %s"
              .formatted(
                  name,
                  elements * type.bytes(),
                  type,
                  Arrays.toString(shape),
                  Arrays.toString(offsets)));
    }
    return new Entry(type, shape, offsets[0], offsets[1]);
  }

  private static DiskType type(HeaderParser in, String name) {
    String given = in.string();
    for (DiskType type : DiskType.values()) {
      if (type.name().equals(given)) {
        return type;
      }
    }
    throw in.bad(
        "tensor '%s': dtype must be one of %s, got '%s'"
            .formatted(name, Arrays.toString(DiskType.values()), given));
  }

  private static long[] integers(HeaderParser in, String name, int most) {
    in.expect('[');
    if (in.take(']')) {
      return new long[0];
    }
    long[] values = new long[most];
    int count = 0;
    do {
      if (count == most) {
        throw in.bad("tensor '" + name + "': at most " + most + " integers may stand here");
      }
      values[count++] = in.unsigned();
    } while (in.take(','));
    in.expect(']');
    return Arrays.copyOf(values, count);
  }

  /** As in the reference implementation, tensors tile the data without hole or overlap. */
  private static void checkLayout(HeaderParser in, Map<String, Entry> entries, long dataBytes) {
    List<Map.Entry<String, Entry>> byOffset = new ArrayList<>(entries.entrySet());
    byOffset.sort(
        Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long expected = 0;
    for (Map.Entry<String, Entry> tensor : byOffset) {
      if (tensor.getValue().begin() != expected) {
        throw in.bad(
            "tensor '%s' must begin where the one before it ends, got %d instead of %d"
                .formatted(tensor.getKey(), tensor.getValue().begin(), expected));
      }
      expected = tensor.getValue().end();
    }
    if (expected != dataBytes) {
      throw in.bad(
          "the tensors must fill the data exactly, got %d bytes in the header and %d in the file"
              .formatted(expected, dataBytes));
    }
  }
}
