package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SketchesCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Path original; // shards code and legal, two slices each
  private static int copies;

  private Path store;

  @BeforeAll
  static void calibrateOnce() {
    original = DemoStore.path();
  }

  @BeforeEach
  void copyTheStore() throws IOException {
    store = DemoStore.copyTo(folder.resolve("store" + copies++));
  }

  private static Cli.Result done(Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  private static void assertRefused(Cli.Result result, String message) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err()).isEqualTo("foresight: %s%n".formatted(message));
  }

  private static Map<String, String> weights(Path sketches, String name) {
    Path out = folder.resolve(name);
    done(
        "quantize",
        "--master",
        "local[2]",
        "--model",
        Cli.TINY,
        "--sketches",
        sketches,
        "--bits",
        3,
        "--group",
        64,
        "--out",
        out);
    return new TreeMap<>(Cli.hashes(out, ".safetensors"));
  }

  @Test
  void listHasALineForEachShard() {
    assertThat(done("sketches", "list", store).out())
        .contains(
            "version 2, ", "8 blocks, sequences of 64 tokens, sums, rows, tokens, onnxruntime")
        .containsPattern("(?m)^code +1 +384 +6 +2 +0 +[\\d,]+$")
        .containsPattern("(?m)^legal +1 +384 +6 +2 +0 +[\\d,]+$");
  }

  @Test
  void showHasALineForEachBlockAndRole() {
    String shown = done("sketches", "show", store, "--shard", "legal", "--top", 2).out();
    assertThat(shown).contains("legal of ", "6 sequences of 64", "2 slices");
    assertThat(shown.lines()).hasSize(2 + 8 * 4);
    assertThat(shown)
        .containsPattern("7 mlp_output +384 .* \\d+:\\S+ \\d+:\\S+  thin: 1\\.0 tokens");
    String without =
        done("sketches", "show", store, "--shard", "legal", "--first-position", "exclude").out();
    assertThat(without).containsPattern("7 mlp_output +378 "); // 6 tokens fewer
  }

  @Test
  void shardThatIsNotThereIsRefused() {
    assertRefused(
        Cli.run("sketches", "show", store, "--shard", "poetry"),
        "--shards: file:%s has no shard 'poetry'; it has code, legal.".formatted(store));
  }

  @Test
  void folderThatIsNoStoreIsRefused() {
    assertRefused(
        Cli.run("sketches", "list", folder),
        "file:%s is not a finished sketch store (no _SUCCESS): run calibrate with --sketches file:%s first."
            .formatted(folder, folder));
  }

  @Test
  void partsThatAreCopiedTogetherAreTheWhole() {
    Path target = folder.resolve("together");
    done("sketches", "copy", "--master", "local[1]", store, target, "--shards", "legal");
    String out = done("sketches", "copy", "--master", "local[1]", store, target).out();
    assertThat(out).contains("Copied 1 shards", "1 were there already");
    assertThat(Cli.hashes(target, ".parquet")).isEqualTo(Cli.hashes(original, ".parquet"));
  }

  @Test
  void compactedStoreQuantizesToTheSameBytesAndItsShardsAreStillKnown() {
    Map<String, String> before = weights(store, "before");
    String out = done("sketches", "compact", "--master", "local[1]", store).out();
    assertThat(out)
        .contains("code: 2 slices are one now; they can't be chosen, weighted or drawn singly");
    assertThat(weights(store, "after")).hasSize(9).isEqualTo(before);
    assertThat(done("sketches", "list", store).out()).contains("2→1");
    Cli.Result again = Cli.calibrate("local[1]", store);
    assertThat(again.out()).contains("Nothing to run: file:%s has all these".formatted(store));
    assertRefused(
        Cli.run(
            "quantize",
            "--master",
            "local[1]",
            "--model",
            Cli.TINY,
            "--sketches",
            store,
            "--group",
            64,
            "--first-n-slices",
            1,
            "--out",
            folder.resolve("none")),
        "--first-n-slices can't choose among the 2 slices of shard code: file:%s was compacted, which made one of them. Leave the option out, or calibrate again."
            .formatted(store));
  }

  @Test
  void removedShardIsGoneAndCanBeCalibratedAgain() {
    done("sketches", "remove", store, "--shards", "code");
    assertThat(done("sketches", "list", store).out()).doesNotContain("code").contains("legal");
    assertThat(Cli.hashes(store, ".parquet")).hasSize(7); // of 2 slices
    assertThat(Cli.calibrate("local[1]", store).exitCode()).isZero();
    assertThat(Cli.hashes(store, ".parquet")).isEqualTo(Cli.hashes(original, ".parquet"));
  }

  @Test
  void damagedStoreIsRefusedByNameWhereItIsRead() throws IOException {
    Path sums;
    try (var files = Files.list(store.resolve("sums"))) {
      sums = files.sorted().findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(sums);
    bytes[100] ^= 4;
    Files.write(sums, bytes);
    assertRefused(
        Cli.run(
            "quantize",
            "--master",
            "local[1]",
            "--model",
            Cli.TINY,
            "--sketches",
            store,
            "--group",
            64,
            "--out",
            folder.resolve("none")),
        "sums/%s of the store file:%s is damaged: its SHA-256 is not the committed one: remove the shard by 'foresight sketches remove file:%s --shards code' and calibrate it again."
            .formatted(sums.getFileName(), store, store));
  }

  @Test
  void shardsOfAStoreAreApartAndAStoreIsNotApartFromItself() throws IOException {
    Path report = folder.resolve("drift.json");
    String out =
        done("sketches", "compare", "--master", "local[2]", store, "--report", report).out();
    assertThat(out).contains("difference", "Note: code: mlp_output has 1.0 tokens a channel only");
    JsonNode pairs = JSON.readTree(Files.readString(report)).path("pairs");
    assertThat(pairs).hasSize(1);
    assertThat(pairs.at("/0/a").asText()).isEqualTo("code");
    for (String role : List.of("attention_input", "attention_output", "mlp_input", "mlp_output")) {
      JsonNode drift = pairs.get(0).path(role);
      assertThat(drift.path("blocks")).hasSize(8);
      assertThat(drift.at("/mean/difference").asDouble()).isBetween(0.01, 1.0);
      assertThat(drift.at("/mean/importance").asDouble()).isPositive();
    }
    done("sketches", "compare", "--master", "local[2]", store, original, "--report", report);
    JsonNode same = JSON.readTree(Files.readString(report)).at("/pairs/0/mlp_output/mean");
    assertThat(same.path("difference").asDouble()).isZero();
    assertThat(same.path("top_overlap").asDouble()).isEqualTo(1);
  }

  @Test
  void storeOfOneShardHasNothingToCompareWith() {
    assertRefused(
        Cli.run("sketches", "compare", "--master", "local[1]", store, "--shards", "code"),
        "file:%s has one shard to compare, code: name a second store, or more --shards."
            .formatted(store));
  }
}
