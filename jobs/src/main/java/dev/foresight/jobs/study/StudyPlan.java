package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.study.CalibratedOn;
import dev.foresight.study.CalibratedOn.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Which parts of a store a study calibrates on.
 *
 * @param shards that count, none for all
 * @param perShard each shard alone
 * @param leaveOneOut all but each
 * @param draws of shards with replacement, with seeds 1, 2 …
 * @param budgets first sequences of every shard
 */
record StudyPlan(
    List<String> shards, boolean perShard, boolean leaveOneOut, int draws, List<Integer> budgets) {
  StudyPlan {
    shards = List.copyOf(shards);
    budgets = List.copyOf(budgets);
    if (draws < 0) {
      throw new InputException(
          Words.format("--bootstrap %d is negative: give how many draws, 0 for none.", draws));
    }
  }

  /** Shards that count, by id. */
  List<String> shardsOf(Manifest manifest, String store) {
    return manifest.choose(shards, store).stream().map(StoredShard::id).toList();
  }

  /**
   * The parts, everything first.
   *
   * @throws InputException if there are too few shards, or a budget can't be told from another
   */
  List<CalibratedOn> parts(Manifest manifest, String store) {
    List<StoredShard> counted = manifest.choose(shards, store);
    if (counted.size() < 2 && (perShard || leaveOneOut || draws > 0)) {
      throw new InputException(
          Words.format(
              "%s has one shard that counts, %s: --per-shard, --leave-one-out and --bootstrap need two or more.",
              store, counted.get(0).id()));
    }
    List<CalibratedOn> parts = new ArrayList<>();
    parts.add(CalibratedOn.all());
    if (perShard) {
      counted.forEach(shard -> parts.add(new CalibratedOn(Kind.SHARD, shard.id())));
    }
    if (leaveOneOut) {
      counted.forEach(shard -> parts.add(new CalibratedOn(Kind.WITHOUT, shard.id())));
    }
    for (int seed = 1; seed <= draws; seed++) {
      parts.add(new CalibratedOn(Kind.BOOTSTRAP, Integer.toString(seed)));
    }
    for (int budget : budgets) {
      requireSlices(budget, manifest, counted, store);
      parts.add(new CalibratedOn(Kind.FIRST, Integer.toString(budget)));
    }
    return parts;
  }

  private static void requireSlices(
      int budget, Manifest manifest, List<StoredShard> counted, String store) {
    int slice = manifest.sketch().slice();
    if (budget < 1 || budget % slice != 0) {
      throw new InputException(
          Words.format(
              "--budgets %d: the slices of %s hold %d sequences each, so only multiples of %d can be told apart: choose those, or calibrate with --slice 1.",
              budget, store, slice, slice));
    }
    long most = counted.stream().mapToLong(StoredShard::usedSequences).max().orElseThrow();
    if (budget > most) {
      throw new InputException(
          Words.format(
              "--budgets %d: no shard of %s has more than %d sequences: choose fewer.",
              budget, store, most));
    }
  }
}
