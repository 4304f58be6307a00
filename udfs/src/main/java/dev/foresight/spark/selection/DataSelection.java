package dev.foresight.spark.selection;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.Need;
import dev.foresight.sketch.Granularity;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.ShardNames;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** Applies a {@link DataChoice} to a store: which of its slices count, and how much. */
public final class DataSelection {
  private final DataChoice choice;

  private DataSelection(DataChoice choice) {
    this.choice = choice;
  }

  /**
   * Applies the choice to a store.
   *
   * @param store its folder
   * @param needs what is read of it
   * @param rows sampled rows that the search sees
   * @throws InputException if a name is not in the store, nothing is left, or what is left lacks a
   *     statistic
   */
  public static SketchSelection of(
      DataChoice choice, String store, Manifest manifest, List<Need> needs, int rows) {
    SketchSelection selection = new DataSelection(choice).select(store, manifest, rows);
    needs.forEach(need -> require(need, selection, choice));
    return selection;
  }

  /** The same where sums are read, which every store holds. */
  public static SketchSelection of(DataChoice choice, String store, Manifest manifest) {
    return of(choice, store, manifest, List.of(), 0);
  }

  private static void require(Need need, SketchSelection selection, DataChoice choice) {
    boolean ofShards = need.statistic().granularity() == Granularity.SHARD;
    if (ofShards && choice.firstSlices() > 0) {
      throw new InputException(
          Words.format(
              "--first-n-slices can't choose among slices of %s, which %s needs and %s keeps a shard: leave the option out%s.",
              need.statistic().name(), need.by(), selection.store(), otherwise(need)));
    }
    TreeSet<String> lacking = new TreeSet<>();
    for (StoredSlice slice : ofShards ? selection.shards() : selection.slices()) {
      if (slice.file(need.statistic()).isEmpty()) {
        lacking.add(slice.shard());
      }
    }
    if (!lacking.isEmpty()) {
      throw new InputException(
          Words.format(
              "The store %s holds no %s of %s, which %s needs: calibrate into another store with %s%s.",
              selection.store(),
              need.statistic().name(),
              String.join(", ", lacking),
              need.by(),
              need.statistic().option(),
              otherwise(need)));
    }
  }

  private static String otherwise(Need need) {
    return need.otherwise().isEmpty() ? "" : ", or " + need.otherwise();
  }

  private SketchSelection select(String store, Manifest manifest, int rows) {
    TreeMap<String, Double> counted = weigh(store, chosen(store, manifest), manifest);
    if (choice.firstSlices() > 0) {
      manifest.stored().stream()
          .filter(shard -> counted.containsKey(shard.id()))
          .forEach(shard -> requireSlices(store, shard));
    }
    List<StoredSlice> slices = new ArrayList<>();
    TreeMap<String, long[]> tokens = new TreeMap<>();
    for (StoredSlice slice : manifest.slices()) {
      if (counted.containsKey(slice.shard()) && counts(slice)) {
        slices.add(slice);
        long[] sum = tokens.computeIfAbsent(slice.shard(), shard -> new long[2]);
        sum[0] += slice.sequences();
        sum[1] += slice.sequences() * (manifest.packing().sequenceLength() - 1L);
      }
    }
    slices.sort(Comparator.comparing(StoredSlice::id));
    counted.values().removeIf(weight -> weight == 1); // unnamed shards weigh 1
    List<StoredSlice> shards =
        manifest.stored().stream()
            .filter(shard -> tokens.containsKey(shard.id()))
            .map(StoredShard::whole)
            .toList();
    return new SketchSelection(
        store,
        slices,
        shards,
        tokens,
        counted,
        choice.firstPosition(),
        rows,
        manifest.sketch().rows());
  }

  private static void requireSlices(String store, StoredShard shard) {
    if (shard.compactedSlices() > 0) {
      throw new InputException(
          Words.format(
              "--first-n-slices can't choose among the %d slices of shard %s: %s was compacted, which made one of them. Leave the option out, or calibrate again.",
              shard.compactedSlices(), shard.id(), store));
    }
  }

  private boolean counts(StoredSlice slice) {
    return choice.firstSlices() == 0 || slice.index() < choice.firstSlices();
  }

  private TreeSet<String> chosen(String store, Manifest manifest) {
    TreeSet<String> known = new TreeSet<>();
    manifest.slices().forEach(slice -> known.add(slice.shard()));
    List<String> wanted = ShardNames.of(choice.shards(), known);
    List<String> unwanted = ShardNames.of(choice.excluded(), known);
    requireKnown("--shards", wanted, known, store);
    requireKnown("--exclude-shards", unwanted, known, store);
    requireKnown("--weight", choice.weights().keySet(), known, store);
    TreeSet<String> chosen = new TreeSet<>(wanted.isEmpty() ? known : wanted);
    unwanted.forEach(chosen::remove);
    if (chosen.isEmpty()) {
      throw new InputException(
          Words.format(
              "--exclude-shards leaves no shard of %s, which has %s: exclude fewer.",
              store, String.join(", ", known)));
    }
    return chosen;
  }

  private static void requireKnown(
      String option, Iterable<String> names, TreeSet<String> known, String store) {
    for (String name : names) {
      if (!known.contains(name)) {
        throw new InputException(
            Words.format(
                "%s: %s has no sequences of a shard '%s'; it has %s.",
                option, store, name, String.join(", ", known)));
      }
    }
  }

  /** w of each shard that is left. */
  private TreeMap<String, Double> weigh(String store, TreeSet<String> chosen, Manifest manifest) {
    TreeMap<String, Double> weighed = new TreeMap<>();
    chosen.forEach(shard -> weighed.put(shard, choice.weights().getOrDefault(shard, 1.0)));
    if (choice.bootstrap() != null) {
      draw(store, weighed);
    }
    if (choice.balance()) {
      TreeMap<String, Long> sequences = new TreeMap<>();
      for (StoredSlice slice : manifest.slices()) {
        if (weighed.containsKey(slice.shard()) && counts(slice)) {
          sequences.merge(slice.shard(), (long) slice.sequences(), Long::sum);
        }
      }
      double mean = sequences.values().stream().mapToLong(n -> n).average().orElseThrow();
      weighed.replaceAll((shard, weight) -> weight * mean / sequences.get(shard));
    }
    return weighed;
  }

  private void draw(String store, TreeMap<String, Double> weighed) {
    if (weighed.size() < 2) {
      throw new InputException(
          Words.format(
              "--bootstrap draws shards with replacement, and only %s of %s counts: choose two or more.",
              String.join("", weighed.keySet()), store));
    }
    List<String> names = List.copyOf(weighed.keySet());
    TreeMap<String, Integer> times = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(choice.bootstrap());
    for (int i = 0; i < names.size(); i++) {
      times.merge(names.get(random.nextInt(names.size())), 1, Integer::sum);
    }
    weighed.keySet().retainAll(times.keySet());
    weighed.replaceAll((shard, weight) -> weight * times.get(shard));
  }
}
