package dev.foresight.onnx;

import dev.foresight.model.Model;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The block sessions of a model, at most so many at once, shared by all threads of a process. A
 * thread holds one block at a time, so with a session per thread nobody waits for a place.
 */
final class BlockSessions implements AutoCloseable {
  private final Model model;
  private final RunnerSettings settings;
  private final BlockGraphs graphs;
  private final BlockCache cache;
  private final Map<Integer, Slot> slots = new LinkedHashMap<>(); // in order of last use
  private boolean closed;

  /** A block that is in memory, or on its way there while {@code session} is null. */
  private static final class Slot {
    BlockSession session;
    int users = 1;
  }

  BlockSessions(Model model, RunnerSettings settings, BlockCache cache) {
    this.model = model;
    this.settings = settings;
    this.cache = cache;
    this.graphs =
        new BlockGraphs(
            model.config(),
            model.architecture(),
            settings.statistics(),
            settings.precision().linears());
  }

  /**
   * The session of a block, loaded if need be. Every call must be followed by {@link #release},
   * before the thread asks for another block.
   */
  BlockSession acquire(int block) throws IOException {
    BlockSession ready = find(block);
    return ready != null ? ready : load(block);
  }

  /** The session if it is in memory; null if its place is now reserved and the caller loads it. */
  private synchronized BlockSession find(int block) {
    try {
      while (true) {
        if (closed) {
          throw new IllegalStateException("The blocks of " + model.location() + " are closed");
        }
        Slot slot = slots.remove(block);
        if (slot == null && (slots.size() < settings.sessions() || closeLeastRecentlyUsed())) {
          slots.put(block, new Slot());
          return null;
        }
        if (slot != null) {
          slots.put(block, slot);
          if (slot.session != null) {
            slot.users++;
            return slot.session;
          }
        }
        wait(); // for another thread to load this block, or to give one back
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a block's place", e);
    }
  }

  private BlockSession load(int block) throws IOException {
    BlockSession session = null;
    try {
      session = BlockSession.open(model, block, graphs.of(block), settings, cache);
      return session;
    } finally {
      synchronized (this) {
        if (session == null) {
          slots.remove(block);
        } else {
          slots.get(block).session = session;
        }
        notifyAll();
      }
    }
  }

  /** Gives a block back; it stays in memory until its place is needed. */
  synchronized void release(int block) {
    Slot slot = slots.get(block);
    slot.users--;
    if (closed && slot.users == 0) {
      slot.session.close();
      slots.remove(block);
    }
    notifyAll();
  }

  private boolean closeLeastRecentlyUsed() {
    for (Iterator<Slot> all = slots.values().iterator(); all.hasNext(); ) {
      Slot slot = all.next();
      if (slot.users == 0) {
        all.remove();
        slot.session.close();
        return true;
      }
    }
    return false;
  }

  /** Frees all blocks; those in use when they are given back. */
  @Override
  public synchronized void close() {
    closed = true;
    new HashMap<>(slots)
        .forEach(
            (block, slot) -> {
              if (slot.users == 0) {
                slot.session.close();
                slots.remove(block);
              }
            });
    notifyAll();
  }
}
