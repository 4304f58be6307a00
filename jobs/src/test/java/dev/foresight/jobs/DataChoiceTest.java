package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Choosing which part of a store counts: exact, and never a run of the model. */
class DataChoiceTest {
  @TempDir private static Path folder;
  private static Path store;
  private static Manifest manifest;

  @BeforeAll
  static void open() throws IOException {
    store = DemoStore.path();
    manifest = new SketchStore(new Configuration(), store.toString()).manifest();
  }

  private static DataChoice choice(
      List<String> shards, List<String> excluded, Map<String, Double> weights) {
    return new DataChoice(shards, excluded, weights, false, null, 0, FirstPosition.INCLUDE);
  }

  private static SketchSelection select(DataChoice choice) {
    return DataSelection.of(choice, store.toString(), manifest, List.of(), 512);
  }

  private static DataChoice bootstrap(long seed) {
    return new DataChoice(List.of(), List.of(), Map.of(), false, seed, 0, FirstPosition.INCLUDE);
  }

  @Test
  void excludingAShardIsChoosingTheOthers() {
    assertThat(select(choice(List.of(), List.of("legal"), Map.of())).slices())
        .isEqualTo(select(choice(List.of("code"), List.of(), Map.of())).slices())
        .hasSize(2);
  }

  @Test
  void firstSlicesCountOnlyTheirOwnTokens() {
    SketchSelection first =
        select(
            new DataChoice(List.of(), List.of(), Map.of(), true, null, 1, FirstPosition.INCLUDE));
    assertThat(first.slices()).hasSize(2);
    assertThat(first.tokens().get("code")).containsExactly(4, 4 * 63);
    assertThat(first.weights()).as("shards of one size are balanced").isEmpty();
  }

  @Test
  void bootstrapDrawsAsManyShardsAsThereAreAndIsSeeded() {
    List<Map<String, Double>> draws = new ArrayList<>();
    for (long seed = 0; seed < 32; seed++) {
      SketchSelection drawn = select(bootstrap(seed));
      assertThat(select(bootstrap(seed)).weights()).isEqualTo(drawn.weights());
      double times = 0;
      for (String shard : drawn.tokens().keySet()) {
        times += drawn.weights().getOrDefault(shard, 1.0);
      }
      assertThat(times).isEqualTo(2);
      draws.add(drawn.weights());
    }
    assertThat(draws).contains(Map.of("code", 2.0), Map.of("legal", 2.0), Map.of());
  }

  @Test
  void refusesWhatIsNotInTheStore() {
    assertThatThrownBy(() -> select(choice(List.of("poems"), List.of(), Map.of())))
        .isInstanceOf(InputException.class)
        .hasMessage("--shards: %s has no sequences of a shard 'poems'; it has code, legal.", store);
    assertThatThrownBy(() -> select(choice(List.of(), List.of(), Map.of("poems", 2.0))))
        .hasMessageStartingWith("--weight: ");
    assertThatThrownBy(() -> select(choice(List.of(), List.of("code", "legal"), Map.of())))
        .hasMessage(
            "--exclude-shards leaves no shard of %s, which has code, legal: exclude fewer.", store);
    assertThatThrownBy(() -> choice(List.of(), List.of(), Map.of("code", 0.0)))
        .hasMessage(
            "--weight code=0.0 is out of range: give a number above 0, or --exclude-shards code.");
  }

  /** A power of two changes no bit, so only what is relative can matter. */
  @Test
  void weightsAreRelativeAndTheBlendComesFromTheData() throws IOException {
    JsonNode plain = quantize("plain");
    quantize("doubled", "--weight", "code=2", "--weight", "legal=2");
    JsonNode alone = quantize("alone", "--shards", "code");
    assertThat(Cli.hashes(folder.resolve("doubled"), ".safetensors"))
        .isEqualTo(Cli.hashes(folder.resolve("plain"), ".safetensors"));
    assertThat(plain.at("/window/adaptive").asBoolean()).isTrue();
    assertThat(plain.at("/calibration/blend_from").asText()).isEqualTo("data");
    assertThat(alone.at("/window/blend").asDouble()).as("of the fallback").isEqualTo(0.85);
    assertThat(alone.at("/calibration/blend_from").asText()).isEqualTo("window");
    assertThat(alone.at("/calibration/shards").size()).isEqualTo(1);
  }

  private static JsonNode quantize(String name, Object... options) throws IOException {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "quantize",
                "--master",
                "local[2]",
                "--model",
                Cli.TINY,
                "--sketches",
                store,
                "--method",
                "faq-adaptive",
                "--group",
                64,
                "--loss",
                "diagonal",
                "--no-clip",
                "--out",
                folder.resolve(name)));
    all.addAll(List.of(options));
    Cli.Result result = Cli.run(all.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return new ObjectMapper().readTree(folder.resolve(name).resolve("report.json").toFile());
  }
}
