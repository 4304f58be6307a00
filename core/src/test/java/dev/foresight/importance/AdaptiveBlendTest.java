package dev.foresight.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.model.Role;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SketchFold;
import dev.foresight.sketch.SliceId;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AdaptiveBlendTest {
  /** Written by {@code src/test/python/adaptive_reference.py} with NumPy 2.4. */
  private static final JsonNode GOLDEN = golden();

  private static final Window WINDOW =
      new Window(
          0.85,
          GOLDEN.get("window").intValue(),
          new Weights(GOLDEN.get("ratio").doubleValue()),
          Normalization.LOG,
          Roles.parse("mlp_input"));

  @Test
  void spreadAndScoresEqualThoseOfNumPy() {
    List<Map<Role, double[]>> means = new ArrayList<>();
    List<Map<Role, double[]>> spread = new ArrayList<>();
    for (int block = 0; block < GOLDEN.get("pooled").size(); block++) {
      SketchFold fold = fold(block);
      double[] v = fold.spread(FirstPosition.INCLUDE, weights()).orElseThrow();
      assertThat(v).containsExactly(doubles(GOLDEN.get("spread").get(block)), within(1e-14));
      spread.add(Map.of(Role.MLP_INPUT, v));
      means.add(Map.of(Role.MLP_INPUT, fold.moments(FirstPosition.INCLUDE, weights()).meanAbs()));
    }
    List<Map<Role, double[]>> scores = Importance.fuseAdaptively(means, spread, WINDOW);
    for (int block = 0; block < scores.size(); block++) {
      assertThat(scores.get(block).get(Role.MLP_INPUT))
          .containsExactly(doubles(GOLDEN.get("scores").get(block)), within(1e-12));
    }
  }

  @Test
  void oneShardSaysNothingOfOthers() {
    SketchFold fold = new SketchFold(1);
    fold.add(new SliceId("only", 0), sketch(4, 1.0));
    fold.add(new SliceId("only", 1), sketch(4, 3.0));
    assertThat(fold.spread(FirstPosition.INCLUDE, Map.of())).isEmpty();
  }

  @Test
  void shardsThatAgreeLeaveTheStatisticToTheBit() {
    SketchFold fold = new SketchFold(3);
    for (String shard : List.of("a", "b", "c")) {
      fold.add(new SliceId(shard, 0), sketch(8, 0.1, 0.7, 13.0));
    }
    double[] spread = fold.spread(FirstPosition.INCLUDE, Map.of()).orElseThrow();
    double[] own = fold.moments(FirstPosition.INCLUDE, Map.of()).meanAbs();
    assertThat(spread).containsOnly(0);
    assertThat(AdaptiveBlend.score(own, new double[] {4, -2, 0.5}, spread)).isEqualTo(own);
  }

  /** The truth is the future itself; all that separates the block from it is noise of size 0.5. */
  @Test
  void pureNoiseGivesWayToTheWindow() {
    Random random = new Random(7);
    int channels = 4000;
    double[] own = new double[channels];
    double[] future = new double[channels];
    double[] variance = new double[channels];
    for (int j = 0; j < channels; j++) {
      future[j] = random.nextGaussian();
      own[j] = Math.exp(future[j] + 0.5 * random.nextGaussian());
      variance[j] = 0.25;
    }
    double before = 0;
    double after = 0;
    double[] score = AdaptiveBlend.score(own, future, variance);
    for (int j = 0; j < channels; j++) {
      before += square(Math.log(own[j]) - future[j]);
      after += square(Math.log(score[j]) - future[j]);
    }
    assertThat(after).isLessThan(0.01 * before);
  }

  @Test
  void onlyTheChannelThatShardsDisagreeAboutMoves() {
    double[] own = {1, 2, 4, 8};
    double[] score =
        AdaptiveBlend.score(own, new double[] {1, 1, 1, 1}, new double[] {0, 0, 0.5, 0});
    assertThat(score[0]).isEqualTo(1);
    assertThat(score[1]).isEqualTo(2);
    assertThat(score[2]).isLessThan(4);
    assertThat(score[3]).isEqualTo(8);
  }

  @Test
  void channelThatAShardHasNeverSeenActiveKeepsItsStatistic() {
    SketchFold fold = new SketchFold(2);
    fold.add(new SliceId("a", 0), sketch(8, 1.0, 0.0));
    fold.add(new SliceId("b", 0), sketch(8, 1.0, 2.0));
    double[] spread = fold.spread(FirstPosition.INCLUDE, Map.of()).orElseThrow();
    assertThat(spread[1]).isNaN();
    assertThat(AdaptiveBlend.score(new double[] {1, 1}, new double[] {0, 3}, spread)[1])
        .isEqualTo(1);
  }

  private static double square(double value) {
    return value * value;
  }

  private static SketchFold fold(int block) {
    SketchFold fold = new SketchFold(GOLDEN.get("pooled").get(block).size());
    for (int s = 0; s < GOLDEN.get("tokens").size(); s++) {
      double[] sums = doubles(GOLDEN.get("sums").get(s).get(block));
      fold.add(new SliceId("shard" + s, 0), sketchOf(GOLDEN.get("tokens").get(s).asLong(), sums));
    }
    return fold;
  }

  private static Map<String, Double> weights() {
    Map<String, Double> weights = new TreeMap<>();
    for (int s = 0; s < GOLDEN.get("weights").size(); s++) {
      weights.put("shard" + s, GOLDEN.get("weights").get(s).doubleValue());
    }
    return weights;
  }

  private static RoleSketch sketch(long tokens, double... means) {
    double[] sums = means.clone();
    for (int j = 0; j < sums.length; j++) {
      sums[j] *= tokens;
    }
    return sketchOf(tokens, sums);
  }

  private static RoleSketch sketchOf(long tokens, double[] sums) {
    int channels = sums.length;
    return new RoleSketch(
        new ChannelSums(channels), new ChannelSums(tokens, sums, sums, sums, new float[channels]));
  }

  private static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  private static JsonNode golden() {
    try (InputStream in =
        AdaptiveBlendTest.class.getResourceAsStream("/importance/adaptive.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
