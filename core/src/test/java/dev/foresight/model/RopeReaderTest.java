package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.model.RopeScaling.Llama3;
import dev.foresight.model.RopeScaling.LongRope;
import dev.foresight.model.RopeScaling.Yarn;
import org.junit.jupiter.api.Test;

/** Rotary embeddings as transformers 5.23 takes them out of a config.json, heads of 8 channels. */
class RopeReaderTest {
  private static Rope rope(RopeReader.Layout layout, String json) {
    ConfigObject config =
        ConfigObject.parse("{\"max_position_embeddings\": 131072, " + json + "}", "c");
    return new RopeReader(config, layout, 8).rope(false);
  }

  private static Rope rope(String json) {
    return rope(RopeReader.Layout.SINGLE, json);
  }

  private static void assertRefused(String json, String message) {
    assertThatThrownBy(() -> rope(json))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static Yarn yarn(String more) {
    return (Yarn)
        rope("\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4" + more + "}").scaling();
  }

  /** get_mscale(factor) = 0.1 ln factor + 1; of several scales a quotient. */
  @Test
  void tableOfYarnGrowsWithTheLogarithmOfTheFactor() {
    assertThat(yarn("").factorOfTable()).isCloseTo(0.1 * Math.log(4) + 1, within(1e-15));
    assertThat(yarn(", \"mscale\": 2, \"mscale_all_dim\": 1").factorOfTable())
        .isCloseTo((0.2 * Math.log(4) + 1) / (0.1 * Math.log(4) + 1), within(1e-15));
    assertThat(yarn(", \"mscale\": 1, \"mscale_all_dim\": 1").factorOfTable()).isEqualTo(1);
    assertThat(yarn(", \"mscale\": 2").factorOfTable())
        .as("one of the two alone is not heeded")
        .isCloseTo(0.1 * Math.log(4) + 1, within(1e-15));
    assertThat(yarn(", \"attention_factor\": 0.5").factorOfTable()).isEqualTo(0.5);
  }

  @Test
  void yarnHasTheDefaultsOfItsPaper() {
    Yarn yarn = yarn("");
    assertThat(yarn.fast()).isEqualTo(32);
    assertThat(yarn.slow()).isEqualTo(1);
    assertThat(yarn.truncate()).isTrue();
    assertThat(yarn.originalPositions()).isEqualTo(131072);
    assertThat(yarn(", \"original_max_position_embeddings\": 4096").originalPositions())
        .isEqualTo(4096);
    Yarn shorter =
        (Yarn) rope("\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 0.5}").scaling();
    assertThat(shorter.factorOfTable()).as("never below 1").isEqualTo(1);
  }

  private static String longRope(String more) {
    return "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1, 1, 2, 2],"
        + " \"long_factor\": [1, 2, 4, 8], \"original_max_position_embeddings\": 4096"
        + more
        + "}";
  }

  /** 131072 / 4096 = 32 = 2^5, and 4096 = 2^12: sqrt(1 + 5/12). */
  @Test
  void tableOfLongRopeGrowsWithTheContext() {
    LongRope rope = (LongRope) rope(longRope("")).scaling();
    assertThat(rope.factorOfTable()).isCloseTo(Math.sqrt(17 / 12.0), within(1e-15));
    assertThat(rope.longFactors()).containsExactly(1.0, 2.0, 4.0, 8.0);
    assertThat(rope.originalPositions()).isEqualTo(4096);
    LongRope own = (LongRope) rope(longRope(", \"factor\": 4096")).scaling();
    assertThat(own.factorOfTable()).isCloseTo(Math.sqrt(2), within(1e-15));
    LongRope given = (LongRope) rope(longRope(", \"attention_factor\": 1.5")).scaling();
    assertThat(given.factorOfTable()).isEqualTo(1.5);
  }

  /** Sequences of the first training's context turn by the short factors, longer ones by others. */
  @Test
  void longRopeTurnsByTheLengthOfTheSequence() {
    Rope rope = rope(longRope("") + ", \"rope_theta\": 16");
    float[] within = rope.inverseFrequencies(8, 4096);
    float[] beyond = rope.inverseFrequencies(8, 4097);
    assertThat(within).containsExactly(1, 1 / 2f, 1 / 8f, 1 / 16f); // 16^(-i/4) over the factors
    assertThat(beyond).containsExactly(1, 1 / 4f, 1 / 16f, 1 / 64f);
    assertThat(rope.scaling().sameAngles(1, 4096)).isTrue();
    assertThat(rope.scaling().sameAngles(4096, 4097)).isFalse();
  }

  @Test
  void factorsAreOneForEachPairThatTurns() {
    assertRefused(longRope("").replace("[1, 2, 4, 8]", "[1, 2, 4]"), "a list of 4 positive");
    Rope half =
        rope(
            longRope("").replace("[1, 1, 2, 2]", "[1, 1]").replace("[1, 2, 4, 8]", "[1, 2]")
                + ", \"partial_rotary_factor\": 0.5");
    assertThat(half.channels(8)).isEqualTo(4);
  }

  @Test
  void oddNumberOfChannelsCanNotTurn() {
    assertRefused("\"partial_rotary_factor\": 0.4", "turns an even number of the 8 channels");
    assertRefused("\"partial_rotary_factor\": 1.5", "turns an even number of the 8 channels");
  }

  @Test
  void llama3NeedsItsBandsInOrder() {
    String good =
        "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1,"
            + " \"high_freq_factor\": 4, \"original_max_position_embeddings\": 8192}";
    assertThat(rope(good).scaling()).isEqualTo(new Llama3(8, 1, 4, 8192));
    assertRefused(
        good.replace("\"high_freq_factor\": 4", "\"high_freq_factor\": 1"),
        "\"high_freq_factor\" is 1, but must be more than low_freq_factor, which is 1.0");
  }

  /** Angles of llama3: slow ones an eighth, fast ones whole, as its four constants say. */
  @Test
  void llama3DividesTheSlowAnglesAlone() {
    Llama3 scaling = new Llama3(8, 1, 4, 8192);
    float fast = (float) (2 * Math.PI / 2047); // a period below 8192 / 4
    float slow = (float) (2 * Math.PI / 8193); // above 8192 / 1
    float[] angles = scaling.angles(new float[] {1 / fast, 1 / slow}, 1e4, 1);
    assertThat(angles[0]).isCloseTo(fast, within(1e-9f));
    assertThat(angles[1]).isCloseTo(slow / 8, within(1e-10f));
  }

  @Test
  void bothDialectsSayTheSameAndContradictionsAreRefused() {
    String linear = "{\"rope_type\": \"linear\", \"factor\": 2}";
    Rope old = rope("\"rope_theta\": 500, \"rope_scaling\": " + linear);
    assertThat(rope("\"rope_parameters\": {\"rope_theta\": 500, " + linear.substring(1)))
        .isEqualTo(old);
    assertRefused(
        "\"rope_scaling\": " + linear + ", \"rope_parameters\": " + linear.replace("2", "3"),
        "has rope_parameters and a rope_scaling that differs");
    assertThat(rope("\"rope_scaling\": " + linear + ", \"rope_parameters\": " + linear).scaling())
        .isEqualTo(old.scaling());
  }

  @Test
  void familiesRefuseKindsThatTransformersComputesOtherwiseForThem() {
    assertThat(rope(RopeReader.Layout.PHI3, longRope("").replace("longrope", "su")).scaling())
        .isInstanceOf(LongRope.class);
    assertRefused(longRope("").replace("longrope", "su"), "\"type\" is \"su\"");
    assertThatThrownBy(
            () ->
                rope(
                    RopeReader.Layout.PHI3,
                    "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("one of the supported [default, longrope, su]");
    assertThat(rope("\"x\": 1").theta()).isEqualTo(10_000);
  }
}
