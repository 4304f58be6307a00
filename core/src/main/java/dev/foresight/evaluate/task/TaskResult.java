package dev.foresight.evaluate.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What all rows of a task say together.
 *
 * @param acc share of rows whose likeliest choice is the right one, or whose continuation was found
 * @param accNorm the same with log-likelihoods divided by the characters of the choices; none for
 *     tasks whose choices are of one length or fixed
 * @param perplexity exp of the mean negative log-likelihood of a continuation, of tasks without
 *     choices
 * @param rows in order
 */
public record TaskResult(
    Share acc, Optional<Share> accNorm, Optional<Double> perplexity, List<Row> rows) {

  /**
   * A share of rows.
   *
   * @param value 0 to 1
   * @param standardError sample standard deviation over √n; 0 for one row
   */
  public record Share(double value, double standardError) {
    private static Share of(List<Boolean> right) {
      double n = right.size();
      double mean = right.stream().filter(r -> r).count() / n;
      double variance = n < 2 ? 0 : mean * (1 - mean) * n / (n - 1); // of zeros and ones
      return new Share(mean, Math.sqrt(variance / n));
    }
  }

  /**
   * What became of a row.
   *
   * @param line of the file
   * @param gold place of the right choice
   * @param logLikelihoods of each choice
   * @param predicted place of the likeliest choice, of equal ones the first; without choices 0 if
   *     the continuation was found, else −1
   * @param predictedNorm the same by character
   */
  public record Row(
      int line, int gold, List<Double> logLikelihoods, int predicted, int predictedNorm) {
    /** Whether acc counts it. */
    public boolean right() {
      return predicted == gold;
    }

    /** Whether acc_norm counts it. */
    public boolean rightNorm() {
      return predictedNorm == gold;
    }
  }

  /**
   * @param documents at least one
   * @param scores of each document's prompts
   */
  public static TaskResult of(Task task, List<Document> documents, List<List<PromptScore>> scores) {
    List<Row> rows = new ArrayList<>();
    for (int d = 0; d < documents.size(); d++) {
      rows.add(row(task, documents.get(d), scores.get(d)));
    }
    boolean exact = task.kind() == Task.Kind.EXACT;
    double mean = rows.stream().mapToDouble(row -> row.logLikelihoods().get(0)).sum() / rows.size();
    return new TaskResult(
        Share.of(rows.stream().map(Row::right).toList()),
        task.kind() == Task.Kind.CHOICES
            ? Optional.of(Share.of(rows.stream().map(Row::rightNorm).toList()))
            : Optional.empty(),
        exact ? Optional.of(Math.exp(-mean)) : Optional.empty(),
        rows);
  }

  private static Row row(Task task, Document document, List<PromptScore> scores) {
    List<Double> sums = scores.stream().map(PromptScore::logLikelihood).toList();
    if (task.kind() == Task.Kind.EXACT) {
      int found = scores.get(0).greedy() ? 0 : -1;
      return new Row(document.line(), document.gold(), sums, found, found);
    }
    List<Double> means = new ArrayList<>();
    for (int i = 0; i < sums.size(); i++) {
      means.add(sums.get(i) / document.lengths().get(i));
    }
    return new Row(document.line(), document.gold(), sums, largest(sums), largest(means));
  }

  private static int largest(List<Double> values) {
    int best = 0;
    for (int i = 1; i < values.size(); i++) {
      best = values.get(i) > values.get(best) ? i : best;
    }
    return best;
  }
}
