package dev.foresight.study;

import dev.foresight.evaluate.PerplexityResult;
import dev.foresight.evaluate.PerplexityResult.Comparison;

/**
 * One variant on one domain.
 *
 * @param perplexity exp of the mean loss
 * @param referencePerplexity the float model's
 * @param divergenceMean mean Kullback-Leibler divergence from the float model, in nats
 * @param divergenceMedian half of the positions have at most this
 * @param divergenceP99 99 of 100 positions have at most this
 * @param topAgreement share of positions with the same likeliest token, 0 to 1
 * @param bytes of the variant's weights as they are written
 * @param windowLoss mean loss of each window, in nats
 * @param windowDivergence mean divergence of each window
 */
@SuppressWarnings("ArrayRecordComponent") // read into tables, never compared
public record CellScores(
    double perplexity,
    double referencePerplexity,
    double divergenceMean,
    double divergenceMedian,
    double divergenceP99,
    double topAgreement,
    long bytes,
    double[] windowLoss,
    double[] windowDivergence)
    implements java.io.Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * What a judge found, who compared with the float model.
   *
   * @param bytes of the variant's weights
   */
  public static CellScores of(PerplexityResult result, long bytes) {
    Comparison reference = result.comparison().orElseThrow();
    return new CellScores(
        result.perplexity(),
        reference.referencePerplexity(),
        reference.meanDivergence(),
        reference.medianDivergence(),
        reference.p99Divergence(),
        reference.topAgreement(),
        bytes,
        result.windowLoss(),
        reference.windowDivergence());
  }
}
