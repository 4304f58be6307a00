package dev.foresight.jobs.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.evaluate.TokenRuns;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.OverlapScan;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoredShard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Whether windows that are judged were calibrated on: numbers on them say little of other text. */
public final class OverlapJob {
  private final JavaSparkContext spark;
  private final Configuration conf;

  public OverlapJob(SparkSession session) {
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
  }

  /**
   * What came out.
   *
   * @param windows that share a run of tokens with a shard
   * @param of how many
   * @param shards that share one
   * @param unknown shards whose token ids are not kept, or all where the tokenizer is another
   * @param message one line for the user
   */
  public record Outcome(
      int windows, int of, List<String> shards, List<String> unknown, String message) {
    /** The same for {@code --report}. */
    public ObjectNode json() {
      ObjectNode json = Json.MAPPER.createObjectNode();
      json.put("windows", windows).put("of", of).put("run_tokens", TokenRuns.LENGTH);
      shards.forEach(json.putArray("shards")::add);
      unknown.forEach(json.putArray("not_checked")::add);
      return json;
    }
  }

  /**
   * @param sketches folder of the store
   * @param tokenizer SHA-256 of the tokenizer that made the windows
   * @throws dev.foresight.InputException if there is no such store
   */
  public Outcome run(String sketches, int[][] windows, String tokenizer) throws IOException {
    SketchStore store = StoreAccess.open(sketches, conf);
    Manifest manifest = store.manifest();
    if (!Objects.equals(manifest.model().files().get("tokenizer.json"), tokenizer)) {
      List<String> all = manifest.stored().stream().map(StoredShard::id).toList();
      return new Outcome(
          0,
          windows.length,
          List.of(),
          all,
          Words.format(
              "Note: %s was made with another tokenizer, so shared text was not looked for.",
              sketches));
    }
    Set<Long> wanted = new HashSet<>();
    for (int[] window : windows) {
      Arrays.stream(TokenRuns.aligned(window)).forEach(wanted::add);
    }
    List<StoredShard> kept = manifest.stored().stream().filter(s -> s.sequences() != null).toList();
    List<String> unknown =
        manifest.stored().stream().filter(s -> s.sequences() == null).map(StoredShard::id).toList();
    List<Set<Long>> found = scan(store, kept, wanted);
    Set<Long> shared = new HashSet<>();
    List<String> shards = new ArrayList<>();
    for (int i = 0; i < kept.size(); i++) {
      shared.addAll(found.get(i));
      if (!found.get(i).isEmpty()) {
        shards.add(kept.get(i).id());
      }
    }
    int hit =
        (int)
            Arrays.stream(windows)
                .filter(w -> Arrays.stream(TokenRuns.aligned(w)).anyMatch(shared::contains))
                .count();
    return new Outcome(
        hit, windows.length, shards, unknown, message(hit, windows.length, shards, unknown));
  }

  private List<Set<Long>> scan(SketchStore store, List<StoredShard> shards, Set<Long> wanted) {
    if (shards.isEmpty()) {
      return List.of();
    }
    spark.setJobGroup("overlap", Words.format("Look for judged text in %d shards", shards.size()));
    var broadcast = spark.broadcast(wanted);
    List<Set<Long>> found =
        spark
            .parallelize(shards, shards.size())
            .map(
                new OverlapScan(
                    store.root().toString(), broadcast, new SerializableConfiguration(conf)))
            .collect();
    broadcast.destroy();
    return found;
  }

  private static String message(int hit, int windows, List<String> shards, List<String> unknown) {
    String rest =
        unknown.isEmpty()
            ? ""
            : Words.format(
                " Of %s no token ids are kept (--no-token-ids), so they were not looked at.",
                String.join(", ", unknown));
    return hit == 0
        ? Words.format(
            "No window shares a run of %d tokens with the calibration store.%s",
            TokenRuns.LENGTH, rest)
        : Words.format(
            "Warning: %d of %d windows share runs of %d tokens with the calibration store (%s): these numbers say little of other text.%s",
            hit, windows, TokenRuns.LENGTH, String.join(", ", shards), rest);
  }
}
