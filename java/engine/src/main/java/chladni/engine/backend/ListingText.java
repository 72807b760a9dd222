package chladni.engine.backend;

import chladni.engine.backend.Listing.Kind;
import chladni.engine.backend.Listing.Memory;
import chladni.engine.backend.Listing.Step;
import chladni.engine.backend.Listing.Tensor;
import chladni.engine.backend.Listing.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A listing as an aligned table. */
final class ListingText {
  private static final int WIDEST_LABEL = 56;
  private static final List<String> HEAD =
      List.of("step", "computes", "implementation", "layouts", "MFLOP", "read", "written", "to");

  private ListingText() {}

  static String of(Listing listing) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    for (int i = 0; i < listing.steps().size(); i++) {
      Step step = listing.steps().get(i);
      if (step.kind() != Kind.VERSION) {
        rows.add(row(i, step));
      }
    }
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        boolean number = i == 0 || HEAD.get(i).matches("MFLOP|read|written");
        line.append(("%" + (number ? "" : "-") + widths[i] + "s  ").formatted(row.get(i)));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.append(totals(listing, rows.size() - 1)).toString();
  }

  private static List<String> row(int index, Step step) {
    Work work = step.work();
    return List.of(
        Integer.toString(index),
        label(step),
        step.implementation(),
        layouts(step.reads()) + " -> " + layouts(step.writes()),
        work.flops() == 0 ? "" : String.format(Locale.ROOT, "%.3f", work.flops() / 1e6),
        bytes(work.read()),
        bytes(work.written()),
        places(step.writes()));
  }

  /** The first node that it writes, and how many it computes beside. */
  private static String label(Step step) {
    int end = step.label().indexOf("), ");
    String first = end < 0 ? step.label() : step.label().substring(0, end + 1);
    String more = step.nodes().size() > 1 ? " +" + (step.nodes().size() - 1) : "";
    return shortened(first, WIDEST_LABEL - more.length()) + more;
  }

  /** Cuts the outer scopes, which neighbours share. */
  private static String shortened(String label, int room) {
    int over = label.length() - room;
    int scope = label.indexOf('\'') + 1;
    return over <= 0
        ? label
        : scope > 0 && scope + over + 1 < label.lastIndexOf('\'')
            ? label.substring(0, scope) + "…" + label.substring(scope + over + 1)
            : label.substring(0, room - 1) + "…";
  }

  private static String layouts(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::layout).distinct().collect(Collectors.joining(", "));
  }

  private static String places(List<Tensor> writes) {
    String more = writes.size() > 1 ? " and %d more".formatted(writes.size() - 1) : "";
    return writes.isEmpty() ? "" : writes.getFirst().place() + more;
  }

  private static String totals(Listing listing, int shown) {
    Work work = listing.work();
    Memory m = listing.memory();
    return String.format(
        Locale.ROOT,
        """
        %d steps on %s
        work    %.3f GFLOP of products, %.3f of other steps; %s read, %s written
        memory  %s: arena %s, scratch %s, variables %s, packed copies %s, inputs %s, outputs %s
        """,
        shown,
        listing.backend(),
        work.products() / 1e9,
        work.others() / 1e9,
        bytes(work.read()),
        bytes(work.written()),
        bytes(m.total()),
        bytes(m.arena()),
        bytes(m.scratch()),
        bytes(m.variables()),
        bytes(m.copies()),
        bytes(m.inputs()),
        bytes(m.outputs()));
  }

  private static String bytes(long n) {
    return n < 10 << 10
        ? n + " B"
        : n < 10 << 20
            ? Math.ceilDiv(n, 1L << 10) + " KiB"
            : String.format(Locale.ROOT, "%.1f MiB", n / 0x1p20);
  }
}
