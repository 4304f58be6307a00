package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.fingerprint;
import static dev.foresight.spark.store.SmallShards.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StoreFingerprintTest {
  private static Map<Role, Integer> channels(int count) {
    Map<Role, Integer> channels = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      channels.put(role, count + role.ordinal());
    }
    return channels;
  }

  private static StoreFingerprint of(PackingSettings packing, SketchSettings sketch, Precision as) {
    return StoreFingerprint.of(model(), 2, channels(3), packing, sketch, as);
  }

  private static PackingSettings packing() {
    return fingerprint().packing();
  }

  private static SketchSettings sketch() {
    return fingerprint().sketch();
  }

  private static ModelFingerprint with(String file, String hash) {
    Map<String, String> files = new TreeMap<>(model().files());
    files.put(file, hash);
    return new ModelFingerprint("beef", files);
  }

  private static void assertRefused(StoreFingerprint other, String... parts) {
    assertThatThrownBy(() -> fingerprint().requireSame(other, "STORE"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("The store STORE ")
        .hasMessageContainingAll(parts);
  }

  @Test
  void sameSettingsMayBeAdded() {
    StoreFingerprint same = of(packing(), sketch(), Precision.FP32);
    fingerprint().requireSame(same, "STORE");
    assertThat(same.sha256()).isEqualTo(fingerprint().sha256());
  }

  /** Every difference at once, each with both values. */
  @Test
  void allThatDiffersIsNamedAtOnce() {
    assertRefused(
        of(
            new PackingSettings(8, Bos.AUTO, "none", 7),
            new SketchSettings(2, 5, 1),
            Precision.FP32),
        "sequence_length 4, not 8",
        "separator eos, not none",
        "rows 3, not 5");
    assertThatThrownBy(
            () ->
                fingerprint()
                    .requireSame(
                        of(new PackingSettings(8, Bos.AUTO, "eos", 7), sketch(), Precision.FP32),
                        "STORE"))
        .hasMessageNotContaining("separator");
  }

  @Test
  void statisticThatOnlyOneOfTheTwoKeepsIsNamed() {
    SketchSettings more = new SketchSettings(2, 3, 1, new TreeSet<>(List.of("x", "y")));
    assertRefused(of(packing(), more, Precision.FP32), "also nothing, not x+y");
    assertThatThrownBy(
            () -> of(packing(), more, Precision.FP32).requireSame(fingerprint(), "STORE"))
        .hasMessageContaining("also x+y, not nothing");
  }

  @Test
  void otherTokenizerAloneIsSaidToBeOne() {
    StoreFingerprint other =
        StoreFingerprint.of(
            with("tokenizer.json", "71"), 2, channels(3), packing(), sketch(), Precision.FP32);
    assertRefused(other, "was made with another tokenizer (tokenizer.json differs)");
  }

  @Test
  void filesOfAnotherModelAreNamedAlsoThoseThatOneLacks() {
    ModelFingerprint bigger = with("second.safetensors", "31");
    assertThat(StoreFingerprint.differing(model(), bigger)).containsExactly("second.safetensors");
    assertThat(StoreFingerprint.differing(bigger, model())).containsExactly("second.safetensors");
    assertRefused(
        StoreFingerprint.of(bigger, 2, channels(3), packing(), sketch(), Precision.FP32),
        "holds sketches of another model (second.safetensors differ)");
  }

  @Test
  void everySettingChangesTheHash() {
    List<String> hashes =
        List.of(
            fingerprint().sha256(),
            of(new PackingSettings(8, Bos.AUTO, "eos", 7), sketch(), Precision.FP32).sha256(),
            of(new PackingSettings(4, Bos.AUTO, "eos", 8), sketch(), Precision.FP32).sha256(),
            of(packing(), new SketchSettings(3, 3, 1), Precision.FP32).sha256(),
            StoreFingerprint.of(model(), 3, channels(3), packing(), sketch(), Precision.FP32)
                .sha256(),
            StoreFingerprint.of(model(), 2, channels(4), packing(), sketch(), Precision.FP32)
                .sha256());
    assertThat(hashes).doesNotHaveDuplicates();
  }

  /** Commits carry it, so that it may never change: SHA-256 of the JSON without white space. */
  @Test
  void hashIsOfTheJsonThatTheManifestHolds() throws Exception {
    byte[] json = Json.MAPPER.writeValueAsString(fingerprint()).getBytes(StandardCharsets.UTF_8);
    assertThat(fingerprint().sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json)));
  }

  @Test
  void modelWithoutBlocksOrARoleIsNone() {
    Map<Role, Integer> lacking = channels(3);
    lacking.remove(Role.values()[0]);
    for (Map<Role, Integer> wrong : List.of(lacking, channels(0))) {
      assertThatThrownBy(
              () -> StoreFingerprint.of(model(), 2, wrong, packing(), sketch(), Precision.FP32))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("are no model");
    }
    assertThatThrownBy(
            () -> StoreFingerprint.of(model(), 0, channels(3), packing(), sketch(), Precision.FP32))
        .hasMessageStartingWith("0 blocks");
  }

  @Test
  void placesAreTheRolesEachWithItsOwnChannels() {
    List<String> places = fingerprint().places(Rows.ROWS);
    assertThat(places).hasSize(Role.values().length);
    for (int i = 0; i < places.size(); i++) {
      assertThat(fingerprint().channels(places.get(i))).isEqualTo(3 + i);
    }
  }

  /** Version 1 did not say its precision. */
  @Test
  void storeThatDoesNotSayItsPrecisionRanInFloat() {
    StoreFingerprint old =
        new StoreFingerprint(
            StoreFingerprint.FORMAT, 1, model(), 2, channels(3), packing(), sketch(), null);
    assertThat(old.precision()).isEqualTo(Precision.FP32);
    assertThatThrownBy(() -> old.requireSame(fingerprint(), "OLD"))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("bring it to version 2 by 'foresight sketches copy OLD NEW'.");
    old.inThisVersion().requireSame(fingerprint(), "OLD");
  }
}
