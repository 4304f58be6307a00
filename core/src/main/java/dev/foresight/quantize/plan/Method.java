package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.TokenWeighting;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The methods, all one code path: statistic x search x rounding. A method is nothing but a name for
 * what is searched where nothing else is said, and for whether importance looks ahead.
 */
public enum Method {
  /** Round to nearest. */
  RTN(SearchSettings.rtn(), false, false),
  /** The same, with steps searched under the mean square of what they are multiplied with. */
  RTN_WEIGHTED(SearchSettings.rtnWeighted(), false, false),
  /** Scales under each block's own statistic (arXiv 2306.00978). */
  AWQ(SearchSettings.awq(), false, false),
  /** Scales under the future window (arXiv 2602.02538). */
  FAQ(SearchSettings.faq(), true, false),
  /** The same, with a blend per channel that the shards' disagreement chooses. */
  FAQ_ADAPTIVE(SearchSettings.faq(), true, true),
  /** Compensated rounding under products of tokens that count by what later blocks make of them. */
  FORESIGHT(SearchSettings.foresight(), false, false);

  private final SearchSettings search;
  private final boolean looksAhead;
  private final boolean adaptive;

  Method(SearchSettings search, boolean looksAhead, boolean adaptive) {
    this.search = search;
    this.looksAhead = looksAhead;
    this.adaptive = adaptive;
  }

  /** What is searched where nothing else is said. */
  public SearchSettings search() {
    return search;
  }

  /** Whether anything is learnt from sketches. */
  public boolean needsSketches() {
    return search.needsStatistics();
  }

  /** How much each sampled token counts where nothing else is said. */
  public TokenWeighting tokens() {
    return this == FORESIGHT
        ? TokenWeighting.of(TokenWeighting.Form.FUTURE)
        : TokenWeighting.none();
  }

  /** Whether importance is fused over blocks. */
  public boolean looksAhead() {
    return looksAhead;
  }

  /** Whether the blend of each channel is chosen by the data, where several shards count. */
  public boolean adaptive() {
    return adaptive;
  }

  /** The name in settings, reports and messages. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * @param key a name as {@link #key} gives it
   * @param where what messages call the place that names it
   * @throws InputException for anything else
   */
  public static Method parse(String key, String where) {
    return Arrays.stream(values())
        .filter(method -> method.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "%s names method '%s', which is none of %s.",
                        where,
                        key,
                        Arrays.stream(values())
                            .map(Method::key)
                            .collect(Collectors.joining(", ")))));
  }

  @Override
  public String toString() { // what the command line shows and takes
    return key();
  }
}
