package dev.foresight.onnx;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.StatisticNodes;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Statistic;
import java.util.Collection;
import java.util.List;

/**
 * How a {@link BlockRunner} uses memory and threads. None of it changes a bit of the results,
 * except {@code threads}, {@code batchTokens} and {@code precision}, which are constants of a
 * configuration.
 *
 * @param sessions blocks that are open at once; at least the number of threads that run, or they
 *     wait for each other
 * @param statistics what the graph measures
 * @param threads threads inside one operator
 * @param batchTokens tokens of a batch at most; a longer sequence is a batch of its own
 * @param precision arithmetic of the linears
 */
public record RunnerSettings(
    int sessions,
    List<StatisticNodes> statistics,
    int threads,
    int batchTokens,
    Precision precision) {
  private static final int BATCH_TOKENS = 512; // more leave the caches: see docs/speed.md

  public RunnerSettings {
    require("sessions", sessions);
    require("threads", threads);
    require("tokens of a batch", batchTokens);
    statistics = List.copyOf(statistics);
  }

  /** All blocks stay open. */
  public static RunnerSettings resident() {
    return streaming(Integer.MAX_VALUE);
  }

  /** At most so many blocks are open, the others come back when they are needed. */
  public static RunnerSettings streaming(int sessions) {
    return new RunnerSettings(sessions, List.of(), 1, BATCH_TOKENS, Precision.FP32);
  }

  /** The same, measuring some statistics. */
  public RunnerSettings measuring(Collection<Statistic<?>> some) {
    return withNodes(Statistics.nodes(some));
  }

  /** The same with these nodes. */
  RunnerSettings withNodes(List<StatisticNodes> nodes) {
    return new RunnerSettings(sessions, nodes, threads, batchTokens, precision);
  }

  /** The same with batches of at most so many tokens. */
  RunnerSettings withBatchTokens(int tokens) {
    return new RunnerSettings(sessions, statistics, threads, tokens, precision);
  }

  /** The same in another arithmetic. */
  public RunnerSettings with(Precision other) {
    return new RunnerSettings(sessions, statistics, threads, batchTokens, other);
  }

  private static void require(String what, int number) {
    if (number < 1) {
      throw new InputException(
          Words.format("The number of %s is %d, but must be positive.", what, number));
    }
  }
}
