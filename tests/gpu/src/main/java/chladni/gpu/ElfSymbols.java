package chladni.gpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The dynamic symbols of a 64-bit little-endian ELF file, which is what nm -D lists; a GPU host need
 * not have nm.
 */
record ElfSymbols(SortedSet<String> defined, SortedSet<String> undefined) {
  private static final int DYNSYM = 11;
  private static final int SYMBOL_BYTES = 24;

  static ElfSymbols read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer header = at(channel, 0, 64);
      if (header.getInt(0) != 0x464c457f || header.get(4) != 2) {
        throw new IOException(file + " is no 64-bit ELF file");
      }
      int size = header.getShort(58);
      int count = header.getShort(60);
      ByteBuffer sections = at(channel, header.getLong(40), size * count);
      ElfSymbols symbols = new ElfSymbols(new TreeSet<>(), new TreeSet<>());
      for (int i = 0; i < count; i++) {
        if (sections.getInt(i * size + 4) == DYNSYM) {
          ByteBuffer table = section(channel, sections, i * size);
          int names = sections.getInt(i * size + 40);
          symbols.collect(table, section(channel, sections, names * size));
        }
      }
      return symbols;
    }
  }

  private void collect(ByteBuffer table, ByteBuffer names) {
    for (int at = SYMBOL_BYTES; at < table.capacity(); at += SYMBOL_BYTES) {
      int end = table.getInt(at);
      StringBuilder name = new StringBuilder();
      while (names.get(end) != 0) {
        name.append((char) names.get(end++));
      }
      (table.getShort(at + 6) == 0 ? undefined : defined).add(name.toString());
    }
  }

  private static ByteBuffer section(FileChannel channel, ByteBuffer sections, int at)
      throws IOException {
    return at(
        channel, sections.getLong(at + 24), Math.toIntExact(sections.getLong(at + 32)));
  }

  private static ByteBuffer at(FileChannel channel, long position, int bytes) throws IOException {
    return channel
        .map(FileChannel.MapMode.READ_ONLY, position, bytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
