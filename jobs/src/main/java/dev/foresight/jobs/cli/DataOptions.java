package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.sketch.FirstPosition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** Which part of a sketch store counts; none of these runs the model. */
public final class DataOptions {
  @Option(
      names = "--shards",
      split = ",",
      description = "Shards of the store that count (default: all).")
  private List<String> shards = List.of();

  @Option(names = "--exclude-shards", split = ",", description = "Shards that do not count.")
  private List<String> excluded = List.of();

  @Option(
      names = "--weight",
      split = Settings.REPEATED,
      hideParamSyntax = true,
      paramLabel = "SHARD=W",
      description = "How often a shard's tokens count, for example code=2.0; may be repeated.")
  private List<String> weights = List.of();

  @Option(
      names = "--balance",
      description = "Every shard counts alike, however many tokens it has; then --weight.")
  private boolean balance;

  @Option(
      names = "--bootstrap",
      paramLabel = "SEED",
      description = "Draw as many shards as there are, with replacement.")
  private Long bootstrap;

  @Option(
      names = "--first-n-slices",
      defaultValue = "0",
      description = "Slices of each shard that count, 0 for all (default: ${DEFAULT-VALUE}).")
  private int firstSlices;

  @Option(
      names = "--first-position",
      defaultValue = "INCLUDE",
      description =
          "Whether position 0 of a sequence counts: ${COMPLETION-CANDIDATES} (default: include).")
  private FirstPosition firstPosition;

  /** Ids may hold equals signs, as those of {@code name=value} folders do; numbers don't. */
  private Map<String, Double> weights() {
    Map<String, Double> parsed = new TreeMap<>();
    for (String given : weights) {
      int at = given.lastIndexOf('=');
      Double other;
      try {
        other = parsed.put(given.substring(0, at), Double.valueOf(given.substring(at + 1)));
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        throw new InputException(
            Words.format(
                "--weight %s is not SHARD=W: name a shard and a number, for example code=2.0.",
                given),
            e);
      }
      if (other != null) {
        throw new InputException(
            Words.format(
                "--weight %s: the shard has the weight %s already: give one of them.",
                given, other));
      }
    }
    return parsed;
  }

  public DataChoice choice() {
    return new DataChoice(
        shards, excluded, weights(), balance, bootstrap, firstSlices, firstPosition);
  }
}
