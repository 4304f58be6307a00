package dev.foresight.spark.store;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Ids of shards on the command line, with commas between them and perhaps in them. */
public final class ShardNames {
  private ShardNames() {}

  /**
   * Puts ids together again that hold commas.
   *
   * @param parts what stands between commas
   * @param known ids of the store
   * @return ids, all of them known; or the parts as they are, where they can't all be known ids
   */
  public static List<String> of(Collection<String> parts, Collection<String> known) {
    return joined(List.copyOf(parts), known).map(List::copyOf).orElse(List.copyOf(parts));
  }

  private static Optional<Deque<String>> joined(List<String> parts, Collection<String> known) {
    if (parts.isEmpty()) {
      return Optional.of(new ArrayDeque<>());
    }
    for (int end = 1; end <= parts.size(); end++) {
      String id = String.join(",", parts.subList(0, end));
      if (known.contains(id)) {
        Optional<Deque<String>> rest = joined(parts.subList(end, parts.size()), known);
        if (rest.isPresent()) {
          rest.get().addFirst(id);
          return rest;
        }
      }
    }
    return Optional.empty();
  }
}
