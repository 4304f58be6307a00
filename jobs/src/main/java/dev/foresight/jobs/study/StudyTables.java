package dev.foresight.jobs.study;

import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.spark.study.BlockProfile.Distance;
import dev.foresight.spark.study.BlockProfile.Profile;
import dev.foresight.study.CellScores;
import dev.foresight.study.Interval;
import dev.foresight.study.StudyNumbers;
import dev.foresight.study.Variant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A study as Parquet: the rows are the same for any number of executors. */
final class StudyTables {
  private static final DataType TEXT = DataTypes.StringType;
  private static final DataType INT = DataTypes.IntegerType;
  private static final DataType DOUBLE = DataTypes.DoubleType;

  private static final StructType CELLS =
      variant()
          .add("domain", TEXT, false)
          .add("perplexity", DOUBLE, false)
          .add("float_perplexity", DOUBLE, false)
          .add("divergence_mean", DOUBLE, false)
          .add("divergence_median", DOUBLE, false)
          .add("divergence_p99", DOUBLE, false)
          .add("top_agreement", DOUBLE, false)
          .add("bytes", DataTypes.LongType, false);

  private static final StructType WINDOWS =
      variant()
          .add("domain", TEXT, false)
          .add("window", INT, false)
          .add("loss", DOUBLE, false)
          .add("divergence", DOUBLE, false);

  private static final StructType STATISTICS =
      interval(
          new StructType()
              .add("method", TEXT, false)
              .add("bits", INT, false)
              .add("measure", TEXT, false)
              .add("statistic", TEXT, false),
          "");

  private static final StructType COMPARISONS =
      interval(
          interval(
              new StructType()
                  .add("method", TEXT, false)
                  .add("against", TEXT, false)
                  .add("bits", INT, false)
                  .add("statistic", TEXT, false),
              "difference_"),
          "share_");

  private static final StructType BUDGETS =
      interval(
          interval(
              new StructType()
                  .add("method", TEXT, false)
                  .add("bits", INT, false)
                  .add("sequences", INT, false),
              "divergence_"),
          "excess_");

  private static final StructType DISTANCES =
      new StructType()
          .add("a", TEXT, false)
          .add("b", TEXT, false)
          .add("block", INT, false)
          .add("role", TEXT, false)
          .add("difference", DOUBLE, false)
          .add("top_overlap", DOUBLE, false)
          .add("importance", DOUBLE, false);

  private static final StructType PROFILES =
      new StructType()
          .add("shard", TEXT, false)
          .add("block", INT, false)
          .add("role", TEXT, false)
          .add("top_share", DOUBLE, false)
          .add("largest", DOUBLE, false);

  private StudyTables() {}

  private static StructType variant() {
    return new StructType()
        .add("method", TEXT, false)
        .add("bits", INT, false)
        .add("kind", TEXT, false)
        .add("part", TEXT, false)
        .add("calibrated_on", TEXT, false);
  }

  private static StructType interval(StructType columns, String prefix) {
    return columns
        .add(prefix + "value", DOUBLE, false)
        .add(prefix + "low", DOUBLE, false)
        .add(prefix + "high", DOUBLE, false);
  }

  /** Writes {@code tables/cells}, {@code windows} and so on. */
  static void write(StudyOutcome outcome, OutputFolder folder, SparkSession session)
      throws IOException {
    List<Row> cells = new ArrayList<>();
    List<Row> windows = new ArrayList<>();
    outcome
        .cells()
        .forEach(
            (variant, domains) ->
                domains.forEach(
                    (domain, scores) -> {
                      cells.add(cell(variant, domain, scores));
                      addWindows(variant, domain, scores, windows);
                    }));
    folder.table(session, "tables/cells", cells, CELLS);
    folder.table(session, "tables/windows", windows, WINDOWS);
    StudyNumbers numbers = outcome.numbers();
    folder.table(
        session,
        "tables/statistics",
        numbers.statistics().stream()
            .map(s -> row(s.interval(), s.method(), s.bits(), s.measure(), s.name()))
            .toList(),
        STATISTICS);
    folder.table(
        session,
        "tables/comparisons",
        numbers.comparisons().stream()
            .map(c -> row(c.difference(), c.share(), c.method(), c.against(), c.bits(), c.name()))
            .toList(),
        COMPARISONS);
    folder.table(
        session,
        "tables/budgets",
        numbers.budgets().stream()
            .map(b -> row(b.divergence(), b.excess(), b.method(), b.bits(), b.sequences()))
            .toList(),
        BUDGETS);
    folder.table(
        session,
        "tables/distances",
        outcome.distances().stream().map(StudyTables::distance).toList(),
        DISTANCES);
    folder.table(
        session,
        "tables/profiles",
        outcome.profiles().stream().map(StudyTables::profile).toList(),
        PROFILES);
  }

  private static Row cell(Variant variant, String domain, CellScores scores) {
    return RowFactory.create(
        variant.method(),
        variant.bits(),
        variant.data().kind().key(),
        variant.data().name(),
        variant.data().label(),
        domain,
        scores.perplexity(),
        scores.referencePerplexity(),
        scores.divergenceMean(),
        scores.divergenceMedian(),
        scores.divergenceP99(),
        scores.topAgreement(),
        scores.bytes());
  }

  private static void addWindows(
      Variant variant, String domain, CellScores scores, List<Row> windows) {
    for (int window = 0; window < scores.windowLoss().length; window++) {
      windows.add(
          RowFactory.create(
              variant.method(),
              variant.bits(),
              variant.data().kind().key(),
              variant.data().name(),
              variant.data().label(),
              domain,
              window,
              scores.windowLoss()[window],
              scores.windowDivergence()[window]));
    }
  }

  private static Row row(Interval interval, Object... keys) {
    List<Object> values = new ArrayList<>(List.of(keys));
    values.addAll(List.of(interval.value(), interval.low(), interval.high()));
    return RowFactory.create(values.toArray());
  }

  private static Row row(Interval first, Interval second, Object... keys) {
    List<Object> values = new ArrayList<>(List.of(keys));
    values.addAll(List.of(first.value(), first.low(), first.high()));
    return row(second, values.toArray());
  }

  private static Row distance(Distance d) {
    return RowFactory.create(
        d.a(), d.b(), d.block(), d.role().key(), d.difference(), d.topOverlap(), d.importance());
  }

  private static Row profile(Profile p) {
    return RowFactory.create(p.shard(), p.block(), p.role().key(), p.top(), p.largest());
  }
}
