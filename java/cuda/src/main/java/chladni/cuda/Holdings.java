package chladni.cuda;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The device memory of one backend by what holds it, for the message when there is none left. */
final class Holdings {
  private static final int LARGEST = 4;

  private final Map<String, Share> shares = new HashMap<>();

  private record Share(String holder, long blocks, long bytes) {
    @Override
    public String toString() {
      return holder + (blocks > 1 ? " (%d blocks) ".formatted(blocks) : " ") + size(bytes);
    }
  }

  /**
   * @param owner what a block is for; owners that differ in a name in quotes are one holder
   */
  void add(String owner, long bytes) {
    change(owner, 1, bytes);
  }

  /** As it was added. */
  void remove(String owner, long bytes) {
    change(owner, -1, -bytes);
  }

  private void change(String owner, int blocks, long bytes) {
    int name = owner.indexOf(" '");
    String holder = name < 0 ? owner : owner.substring(0, name) + "s";
    shares.merge(
        holder,
        new Share(holder, blocks, bytes),
        (old, more) -> {
          Share now = new Share(holder, old.blocks + more.blocks, old.bytes + more.bytes);
          return now.blocks == 0 ? null : now;
        });
  }

  /**
   * Why so much is not there.
   *
   * @param free bytes that the device has left of {@code total}
   */
  String refusal(String owner, long bytes, long free, long total) {
    long ours = shares.values().stream().mapToLong(Share::bytes).sum();
    List<Share> largest = new ArrayList<>(shares.values());
    largest.sort(Comparator.comparingLong(Share::bytes).reversed());
    String held =
        String.join(", ", largest.stream().limit(LARGEST).map(Share::toString).toList());
    return ("cuda: %s needs %s of device memory, and of %s there are %s free. This engine holds %s: %s;"
            + " other engines, processes and CUDA itself hold %s. Take a smaller batch, close"
            + " programs or stores, or end other processes (nvidia-smi lists them).")
        .formatted(
            owner, size(bytes), size(total), size(free), size(ours), held, size(total - free - ours));
  }

  private static String size(long bytes) {
    if (bytes < 1 << 20) {
      return bytes + " bytes";
    }
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 0x1p20);
  }
}
