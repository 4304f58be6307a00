package dev.foresight.jobs.study;

import dev.foresight.Words;
import dev.foresight.study.CalibratedOn.Kind;
import dev.foresight.study.CellScores;
import dev.foresight.study.Comparison;
import dev.foresight.study.Variant;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;

/** What each method makes of everything that was calibrated on, beside the float model. */
record VariantTable(StudyOutcome outcome, int bits) {
  private static final String ROW = "%-22.22s %12.4f %10.5f %9.2f%%  %-26s %15s %9s%n";

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%n%d bits, calibrated on everything, judged on %s%n",
        bits,
        String.join(", ", outcome.domains().stream().map(StudyDomain::name).toList()));
    out.printf(
        Locale.ROOT,
        "%-22s %12s %10s %10s  %-26s %15s %9s%n",
        "method",
        "perplexity",
        "mean KL",
        "same top",
        outcome.request().against().isEmpty() ? "" : "against " + outcome.request().against(),
        "bytes",
        "seconds");
    Map<String, CellScores> any = outcome.cells().values().iterator().next();
    out.printf(
        Locale.ROOT,
        ROW,
        "float",
        StudySummary.perplexity(any, CellScores::referencePerplexity),
        0.0,
        100.0,
        "",
        grouped(outcome.modelBytes()),
        "");
    outcome
        .cells()
        .forEach(
            (variant, scores) -> {
              Kind kind = variant.data().kind();
              if (variant.bits() == bits && (kind == Kind.ALL || kind == Kind.NOTHING)) {
                row(variant, scores, out);
              }
            });
  }

  private void row(Variant variant, Map<String, CellScores> scores, PrintWriter out) {
    Double took = outcome.seconds().get(variant);
    out.printf(
        Locale.ROOT,
        ROW,
        variant.method(),
        StudySummary.perplexity(scores, CellScores::perplexity),
        StudySummary.mean(scores, CellScores::divergenceMean),
        100 * StudySummary.mean(scores, CellScores::topAgreement),
        against(variant.method()),
        grouped(scores.values().iterator().next().bytes()),
        took == null ? "" : Words.format("%.1f", took));
  }

  /** Difference of KL to the method that all are compared with, empty for that one itself. */
  private String against(String method) {
    return outcome.numbers().comparisons().stream()
        .filter(c -> c.method().equals(method) && c.bits() == bits && c.name().equals("pooled"))
        .map(Comparison::share)
        .map(StudySummary::percent)
        .findFirst()
        .orElse("");
  }

  private static String grouped(long bytes) {
    return String.format(Locale.ROOT, "%,d", bytes);
  }
}
