package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.tensor.StrictJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A {@code quantization_config} alone, as compressed-tensors 0.20 and older releases write it. */
class CompressedTensorsSettingsTest {
  private static final String UP = "model.layers.0.mlp.up_proj";
  private static final String CAN =
      " can't be read here; integer weights of 2 to 8 bits in groups or whole rows can.";

  /** Groups in single quotes, each a name, a width and targets. */
  private static ObjectNode config(String version, String... groups) {
    StringBuilder json =
        new StringBuilder("{'format': 'pack-quantized', 'quantization_status': 'compressed',")
            .append("'version': '%s', 'config_groups': {".formatted(version));
    for (int i = 0; i < groups.length; i++) {
      json.append(i == 0 ? "" : ",").append(groups[i]);
    }
    return StrictJson.object("config", json.append("}}").toString().replace('\'', '"'));
  }

  private static String group(String name, int bits, String... targets) {
    return "'%s': {'weights': {'num_bits': %d, 'group_size': 32}, 'targets': ['%s']}"
        .formatted(name, bits, String.join("','", targets));
  }

  private static CompressedTensorsSettings read(ObjectNode config) {
    return CompressedTensorsSettings.read("m/config.json", config);
  }

  private static int bits(String linear, String... groups) {
    return read(config("0.20.0", groups)).schemeOf(linear).bits();
  }

  private static void assertRefused(ObjectNode config, String message) {
    assertThatThrownBy(() -> read(config))
        .isInstanceOf(InputException.class)
        .hasMessage("m/config.json" + message);
  }

  private static ObjectNode usual() {
    return config("0.20.0", group("group_0", 4, "Linear"));
  }

  @Test
  void classOfLinearsIsAllOfThem() {
    CompressedTensorsScheme scheme = read(usual()).schemeOf("anything.at.all");
    assertThat(scheme).isEqualTo(new CompressedTensorsScheme(4, 32, true));
  }

  /** A name, then a pattern, then the class, in whatever order the groups stand. */
  @Test
  void mostSpecialTargetIsTheOneThatCounts() {
    String all = group("a", 4, "Linear");
    String pattern = group("b", 8, "re:.*up_proj$");
    String name = group("c", 2, UP);
    assertThat(bits(UP, all, pattern, name)).isEqualTo(2);
    assertThat(bits(UP, name, pattern, all)).isEqualTo(2);
    assertThat(bits(UP, all, pattern)).isEqualTo(8);
    assertThat(bits(UP, pattern, all)).isEqualTo(8);
    assertThat(bits("model.layers.1.mlp.up_proj", name, all, pattern)).isEqualTo(8);
    assertThat(bits("model.layers.0.mlp.down_proj", name, pattern, all)).isEqualTo(4);
  }

  @Test
  void firstOfTwoTargetsOfOneKindCounts() {
    assertThat(bits(UP, group("a", 4, "re:.*up.*"), group("b", 8, "re:.*proj"))).isEqualTo(4);
    assertThat(bits(UP, group("b", 8, "re:.*proj"), group("a", 4, "re:.*up.*"))).isEqualTo(8);
  }

  @Test
  void groupMayNameSeveralTargets() {
    String group = group("a", 8, "lm_head", "re:^visual", UP);
    assertThat(bits("lm_head", group)).isEqualTo(8);
    assertThat(bits("visual.proj", group)).isEqualTo(8);
    assertThat(bits(UP, group)).isEqualTo(8);
  }

  @Test
  void linearThatNoGroupIsMeantForIsRefused() {
    CompressedTensorsSettings settings = read(config("0.20.0", group("a", 8, "lm_head")));
    assertThatThrownBy(() -> settings.schemeOf(UP))
        .isInstanceOf(InputException.class)
        .hasMessage("m/config.json has no config group for " + UP + ", which is packed.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pack-quantized", "mixed-precision"})
  void bothFormatsOfPackedWeightsAreRead(String format) {
    ObjectNode config = usual().put("format", format);
    assertThat(read(config).schemeOf(UP).bits()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "format, int-quantized",
    "format, dense",
    "quantization_status, frozen",
    "quantization_status, initialized"
  })
  void settingThatIsNotOfPackedWeightsIsNamed(String key, String value) {
    assertRefused(usual().put(key, value), ": " + key + " " + value + CAN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"format", "quantization_status"})
  void settingThatIsNotThereIsNamedAsMissing(String key) {
    ObjectNode config = usual();
    config.remove(key);
    assertRefused(config, ": " + key + " (missing)" + CAN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kv_cache_scheme", "sparsity_config", "transform_config"})
  void whatChangesMoreThanWeightsMayBeThereOnlyIfItIsEmpty(String key) {
    for (String nothing : new String[] {"null", "{}", "[]"}) {
      ObjectNode empty = usual();
      empty.set(key, StrictJson.object("v", "{\"v\":" + nothing + "}").get("v"));
      assertThat(read(empty).schemeOf(UP).bits()).isEqualTo(4);
    }
    ObjectNode config = usual();
    config.putObject(key).put("format", "dense");
    assertRefused(config, ": " + key + " {\"format\":\"dense\"}" + CAN);
    assertRefused(usual().put(key, false), ": " + key + " false" + CAN);
  }

  @Test
  void schemeThatIsNotReadIsRefusedByTheNameOfItsGroup() {
    assertRefused(
        config("0.20.0", group("group_0", 4, "Linear"), group("group_1", 16, "lm_head")),
        ", group_1: num_bits 16" + CAN);
  }

  /** Widths that do not divide 32 were laid out otherwise before 0.17. */
  @ParameterizedTest
  @ValueSource(
      strings = {"0.17.0", "0.17", "0.17.0.a20260701", "0.20.0", "0.100.1", "1.0.0", "2.3"})
  void denseCodesAreReadOfReleasesThatWriteThem(String version) {
    CompressedTensorsSettings settings = read(config(version, group("a", 3, "Linear")));
    assertThat(settings.schemeOf(UP).bits()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.16.9", "0.9.0", "0.2.17", "", "v0.17.0", "0", "dev", "0.x"})
  void denseCodesOfAnyOtherReleaseAreRefused(String version) {
    assertRefused(
        config(version, group("a", 3, "Linear")),
        " was written by compressed-tensors '"
            + version
            + "'; before 0.17.0, codes of 3 bits were laid out in another way. Write the folder"
            + " again with a newer release.");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void widthsThatDivideAWordAreReadOfEveryRelease(int bits) {
    CompressedTensorsSettings settings = read(config("0.8.0", group("a", bits, "Linear")));
    assertThat(settings.schemeOf(UP).bits()).isEqualTo(bits);
  }
}
