package chladni.engine.backend;

import chladni.engine.api.Experimental;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * What a backend has given out, with the line that asked for it; for backends. Whoever does not close
 * reads about it in the log {@code chladni.engine}: when the backend closes over something that is
 * still open, and when the collector finds something that nobody can close any more. Either way it is
 * freed then.
 */
@Experimental
public final class Ledger implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("chladni.engine");

  private static final Cleaner CLEANER =
      Cleaner.create(
          work ->
              Thread.ofPlatform()
                  .name("chladni-cleaner")
                  .daemon(true)
                  .inheritInheritableThreadLocals(false)
                  .unstarted(work));

  private final SequencedSet<Entry> entries = new LinkedHashSet<>();
  private final String room;
  private final Entry backend;
  private boolean closed;

  /**
   * The ledger of a backend, which is its first entry.
   *
   * @param free frees the backend once everything else is freed; must not refer to it
   */
  public Ledger(Object backend, String what, Runnable free) {
    this.room = backend.getClass().getPackageName();
    this.backend = new Entry(OpenResource.here(what, room), free);
    this.backend.watch(backend, this::closeLost);
  }

  /**
   * Enters something that the backend gives out.
   *
   * @param owner what the user holds and closes
   * @param free frees it; called once, on any thread; must not refer to the owner
   * @throws ProgramException when the backend is closed
   */
  public Entry enter(Object owner, String what, Runnable free) {
    Entry entry = new Entry(OpenResource.here(what, room), free);
    synchronized (entries) {
      if (closed) {
        throw new ProgramException(what + ": the backend is closed. Open the engine again.");
      }
      entries.add(entry);
    }
    entry.watch(owner, entry::closeLost);
    return entry;
  }

  /** The backend and what it has given out, in the order of opening; empty when it is closed. */
  public List<OpenResource> open() {
    synchronized (entries) {
      List<OpenResource> all = new ArrayList<>();
      if (!closed) {
        all.add(backend.resource);
        entries.forEach(e -> all.add(e.resource));
      }
      return List.copyOf(all);
    }
  }

  public boolean isClosed() {
    synchronized (entries) {
      return closed;
    }
  }

  /** Reports and frees what is open, the youngest first, then the backend. */
  @Override
  public void close() {
    List<Entry> left;
    synchronized (entries) {
      if (closed) {
        return;
      }
      closed = true;
      left = List.copyOf(entries.reversed());
    }
    left.forEach(Entry::closeWithBackend);
    backend.close();
  }

  private void closeLost() {
    if (!isClosed()) {
      backend.reportLost();
      close();
    }
  }

  /** One line of the ledger, held by what it is about. */
  public final class Entry implements AutoCloseable {
    private final OpenResource resource;
    private final Runnable free;
    private Cleaner.Cleanable cleanable;
    private volatile boolean closed;

    private Entry(OpenResource resource, Runnable free) {
      this.resource = resource;
      this.free = free;
    }

    private void watch(Object owner, Runnable whenLost) {
      cleanable = CLEANER.register(owner, whenLost);
      // The action must not come before the line above is done.
      Reference.reachabilityFence(owner);
    }

    public boolean isClosed() {
      return closed;
    }

    /** Frees it, once. */
    @Override
    public void close() {
      if (isMineToFree()) {
        cleanable.clean();
        free.run();
      }
    }

    private void closeWithBackend() {
      if (isMineToFree()) {
        report("is still open while its engine closes, and is freed with it");
        cleanable.clean();
        free.run();
      }
    }

    private void closeLost() {
      if (isMineToFree()) {
        reportLost();
        free.run();
      }
    }

    private boolean isMineToFree() {
      synchronized (entries) {
        boolean mine = !closed;
        closed = true;
        entries.remove(this);
        return mine;
      }
    }

    private void reportLost() {
      report("was never closed and is out of reach, so it is freed now");
    }

    private void report(String how) {
      LOG.log(
          System.Logger.Level.WARNING,
          () -> "%s, %s. Close it, best by try-with-resources.".formatted(resource, how));
    }
  }
}
