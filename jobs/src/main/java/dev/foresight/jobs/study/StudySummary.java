package dev.foresight.jobs.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.jobs.cli.Machine;
import dev.foresight.jobs.cli.Version;
import dev.foresight.spark.io.Json;
import dev.foresight.study.Budget;
import dev.foresight.study.CellScores;
import dev.foresight.study.Comparison;
import dev.foresight.study.Interval;
import dev.foresight.study.PairedWindows;
import dev.foresight.study.StudyNumbers;
import dev.foresight.study.Variant;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.spark.package$;

/** What a study says on the console. */
final class StudySummary {
  private final PrintWriter out;

  StudySummary(PrintWriter out) {
    this.out = out;
  }

  static String label(Variant variant) {
    return Words.format(
        "%s %d bits, calibrated on %s", variant.method(), variant.bits(), variant.data().label());
  }

  /** When, where and how long: all that may differ between two runs of one study. */
  static ObjectNode run(double seconds, StudyOutcome outcome) throws IOException {
    ObjectNode run = Json.MAPPER.createObjectNode();
    run.put("finished", Instant.now().toString());
    run.put("host", Machine.hostName());
    run.put("seconds", seconds);
    run.put("java", Runtime.version().toString());
    run.put("spark", package$.MODULE$.SPARK_VERSION());
    run.put("onnxruntime", Version.of("onnxruntime"));
    ObjectNode quantizing = run.putObject("quantize_seconds");
    outcome.seconds().forEach((variant, took) -> quantizing.put(label(variant), took));
    return run;
  }

  void progress(
      int done, int all, Variant variant, Map<String, CellScores> scores, double seconds) {
    out.printf(
        Locale.ROOT,
        "[%d/%d] %s: mean KL %.5f, perplexity %.4f over %d domains (%.1f s)%n",
        done,
        all,
        label(variant),
        mean(scores, CellScores::divergenceMean),
        perplexity(scores, CellScores::perplexity),
        scores.size(),
        seconds);
    out.flush();
  }

  static double perplexity(Map<String, CellScores> scores, ToDoubleFunction<CellScores> what) {
    return Math.exp(mean(scores, cell -> Math.log(what.applyAsDouble(cell))));
  }

  static double mean(Map<String, CellScores> scores, ToDoubleFunction<CellScores> what) {
    return scores.values().stream().mapToDouble(what).average().orElseThrow();
  }

  void print(StudyOutcome outcome, String folder) {
    for (int bits : outcome.numbers().widths()) {
      new VariantTable(outcome, bits).print(out);
      printMatrix(outcome, bits);
      printPenalties(outcome, bits);
      printComparisons(outcome.numbers(), bits);
      printBudgets(outcome, bits);
    }
    out.printf(
        Locale.ROOT,
        "%nIn brackets: 95 %% of %d resamples of the windows, paired. Report: %s/report.html%n",
        PairedWindows.RESAMPLES,
        folder);
    out.flush();
  }

  private void printMatrix(StudyOutcome outcome, int bits) {
    List<String> domains = outcome.domains().stream().map(StudyDomain::name).toList();
    out.printf(Locale.ROOT, "%n%d bits: mean KL, rows calibrated on, columns judged on%n", bits);
    out.printf(Locale.ROOT, "%-14s %-22s", "method", "calibrated on");
    domains.forEach(domain -> out.printf(Locale.ROOT, " %10.10s", domain));
    out.printf(Locale.ROOT, " %10s%n", "mean");
    outcome
        .cells()
        .forEach(
            (variant, scores) -> {
              if (variant.bits() == bits) {
                out.printf(
                    Locale.ROOT, "%-14.14s %-22.22s", variant.method(), variant.data().label());
                domains.forEach(
                    d -> out.printf(Locale.ROOT, " %10.5f", scores.get(d).divergenceMean()));
                out.printf(Locale.ROOT, " %10.5f%n", mean(scores, CellScores::divergenceMean));
              }
            });
  }

  private void printPenalties(StudyOutcome outcome, int bits) {
    StudyNumbers numbers = outcome.numbers();
    for (String method : outcome.methods()) {
      print(numbers, method, bits, "biased_penalty_share", "one shard instead of all costs");
      print(numbers, method, bits, "away_penalty_share", "a foreign shard instead of the home one");
      print(numbers, method, bits, "unseen_penalty_share", "a domain that was left out loses");
      numbers
          .divergence(method, bits, "spread_shards")
          .ifPresent(
              i ->
                  out.printf(
                      Locale.ROOT,
                      "%s: standard deviation over the shards calibrated on %.5f [%.5f, %.5f]%n",
                      method,
                      i.value(),
                      i.low(),
                      i.high()));
    }
  }

  private void print(StudyNumbers numbers, String method, int bits, String name, String text) {
    Optional<Interval> share = numbers.divergence(method, bits, name);
    share.ifPresent(i -> out.printf(Locale.ROOT, "%s: %s %s of KL%n", method, text, percent(i)));
  }

  static String percent(Interval i) {
    return Words.format("%+.1f %% [%+.1f, %+.1f]", 100 * i.value(), 100 * i.low(), 100 * i.high());
  }

  private void printComparisons(StudyNumbers numbers, int bits) {
    for (Comparison c : numbers.comparisons()) {
      if (c.bits() == bits) {
        out.printf(
            Locale.ROOT,
            "%s against %s, %s: %s%s%n",
            c.method(),
            c.against(),
            c.name().replace('_', ' '),
            percent(c.share()),
            c.difference().excludesZero() ? "" : ", which may be chance");
      }
    }
  }

  private void printBudgets(StudyOutcome outcome, int bits) {
    for (Budget b : outcome.numbers().budgets()) {
      if (b.bits() == bits) {
        out.printf(
            Locale.ROOT,
            "%s on the first %d sequences of each shard: %s against all of them%n",
            b.method(),
            b.sequences(),
            percent(b.excess()));
      }
    }
    for (String method : outcome.methods()) {
      outcome
          .numbers()
          .enough(method, bits)
          .ifPresent(
              b ->
                  out.printf(
                      Locale.ROOT,
                      "%s: %d sequences of each shard are enough: more would gain less than %.0f %%%n",
                      method,
                      b.sequences(),
                      100 * Budget.TOLERANCE));
    }
  }
}
