package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.study.CalibratedOn;
import dev.foresight.study.Variant;
import java.util.List;

/**
 * One of the methods that a study compares: a name and what {@code quantize} is asked for.
 *
 * @param name in tables
 * @param options of {@code quantize}, as they were given
 * @param plan without a choice of shards, which is the study's
 * @param sketches another store than the study's, with the same shards; null for that
 */
record StudyMethod(String name, String options, QuantizationPlan plan, String sketches) {
  StudyMethod {
    if (plan.data().filter(StudyMethod::choosesShards).isPresent()) {
      throw new InputException(
          Words.format(
              "--with %s: which shards count is the study's to vary: drop --shards, --exclude-shards, --bootstrap and --first-n-slices.",
              name));
    }
  }

  private static boolean choosesShards(DataChoice data) {
    return !data.shards().isEmpty()
        || !data.excluded().isEmpty()
        || data.bootstrap() != null
        || data.firstSlices() > 0;
  }

  /** Whether the result depends on calibration text at all. */
  boolean takesData() {
    return plan.data().isPresent();
  }

  /** The store that is read. */
  String store(String ofStudy) {
    return sketches == null ? ofStudy : sketches;
  }

  Variant variant(CalibratedOn data) {
    return new Variant(name, plan.grids().common().bits(), data);
  }

  /**
   * What {@code quantize} is asked for on a part of the store.
   *
   * @param shards of the study, none for all of the store
   * @param slice sequences of a slice
   */
  DataChoice choice(CalibratedOn data, List<String> shards, int slice) {
    return switch (data.kind()) {
      case NOTHING, ALL -> choice(shards, List.of(), null, 0);
      case SHARD -> choice(List.of(data.name()), List.of(), null, 0);
      case WITHOUT -> choice(shards, List.of(data.name()), null, 0);
      case BOOTSTRAP -> choice(shards, List.of(), Long.parseLong(data.name()), 0);
      case FIRST -> choice(shards, List.of(), null, Integer.parseInt(data.name()) / slice);
    };
  }

  /** The same for a choice of shards that a study has no name for; null where none is made. */
  DataChoice choice(List<String> shards, List<String> excluded, Long draw, int firstSlices) {
    return plan.data().map(own -> own.among(shards, excluded, draw, firstSlices)).orElse(null);
  }
}
