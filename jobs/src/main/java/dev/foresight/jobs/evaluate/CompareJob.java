package dev.foresight.jobs.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.drift.Coverage;
import dev.foresight.drift.RoleDrift;
import dev.foresight.importance.Importance;
import dev.foresight.importance.Window;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoredShard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Stores or shards to their distances: one task a block merges the sums of each side. */
public final class CompareJob {
  private final JavaSparkContext spark;
  private final Configuration conf;

  public CompareJob(SparkSession session) {
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
  }

  /**
   * What is asked for.
   *
   * @param second the other store; none to compare the shards of the first
   * @param shards that count, none for all
   * @param window under which importance is compared
   */
  public record Request(
      String first,
      Optional<String> second,
      List<String> shards,
      FirstPosition firstPosition,
      Window window) {}

  /**
   * Two sides and how far they are apart.
   *
   * @param blocks a drift for each role, block by block
   */
  public record Pair(String a, String b, List<Map<Role, RoleDrift>> blocks) {
    /** Mean over the blocks. */
    public RoleDrift mean(Role role) {
      return RoleDrift.mean(blocks.stream().map(block -> block.get(role)).toList());
    }
  }

  /** One side: its statistics, block by block, and what became of importance. */
  private record Side(
      String name, double tokens, List<Moments> moments, List<Map<Role, double[]>> importance) {
    Coverage coverage(int block, Role role) {
      Moments m = moments.get(block);
      return Coverage.of(tokens, m.meanAbs().get(role), m.maxAbs().get(role));
    }
  }

  /**
   * What came out.
   *
   * @param notes what a reader should know before believing it
   */
  public record Outcome(
      Request request, List<Pair> pairs, List<String> notes, ObjectNode coverage) {
    /** The same for {@code --report}. */
    public ObjectNode json() {
      ObjectNode json = Json.MAPPER.createObjectNode();
      json.put("first", request.first());
      request.second().ifPresent(second -> json.put("second", second));
      json.put("first_position", request.firstPosition().name().toLowerCase(java.util.Locale.ROOT));
      ArrayNode all = json.putArray("pairs");
      for (Pair pair : pairs) {
        ObjectNode node = all.addObject();
        node.put("a", pair.a());
        node.put("b", pair.b());
        for (Role role : Role.values()) {
          ObjectNode roles = node.putObject(role.key());
          roles.set("mean", Json.MAPPER.<JsonNode>valueToTree(pair.mean(role)));
          ArrayNode blocks = roles.putArray("blocks");
          pair.blocks().forEach(b -> blocks.add(Json.MAPPER.<JsonNode>valueToTree(b.get(role))));
        }
      }
      json.set("coverage", coverage);
      notes.forEach(json.putArray("notes")::add);
      return json;
    }
  }

  /**
   * @throws InputException if a store or shard is not there, the two stores are of different
   *     shapes, or there is nothing to compare
   */
  public Outcome run(Request request) throws IOException {
    List<String> notes = new ArrayList<>();
    List<Side> sides = request.second().isPresent() ? stores(request, notes) : shards(request);
    List<Pair> pairs = new ArrayList<>();
    for (int a = 0; a < sides.size(); a++) {
      for (int b = a + 1; b < sides.size(); b++) {
        pairs.add(pair(sides.get(a), sides.get(b)));
      }
    }
    ObjectNode coverage = Json.MAPPER.createObjectNode();
    sides.forEach(side -> addCoverage(side, coverage.putObject(side.name()), notes));
    return new Outcome(request, pairs, notes, coverage);
  }

  private List<Side> stores(Request request, List<String> notes) throws IOException {
    SketchStore first = StoreAccess.open(request.first(), conf);
    SketchStore second = StoreAccess.open(request.second().orElseThrow(), conf);
    Manifest a = first.manifest();
    Manifest b = second.manifest();
    if (!a.fingerprint().channels().equals(b.fingerprint().channels())
        || a.blocks() != b.blocks()) {
      throw new InputException(
          Words.format(
              "%s and %s are of models of different shapes: compare stores of one model.",
              first.root(), second.root()));
    }
    List<String> differing = StoreFingerprint.differing(a.model(), b.model());
    if (!differing.isEmpty()) {
      notes.add(
          Words.format("The stores are of different models (%s).", String.join(", ", differing)));
    }
    return List.of(
        side(request, request.first(), first, a, request.shards()),
        side(request, request.second().orElseThrow(), second, b, request.shards()));
  }

  private List<Side> shards(Request request) throws IOException {
    SketchStore store = StoreAccess.open(request.first(), conf);
    Manifest manifest = store.manifest();
    List<StoredShard> chosen = manifest.choose(request.shards(), store.root().toString());
    if (chosen.size() < 2) {
      throw new InputException(
          Words.format(
              "%s has one shard to compare, %s: name a second store, or more --shards.",
              store.root(), chosen.get(0).id()));
    }
    List<Side> sides = new ArrayList<>();
    for (StoredShard shard : chosen) {
      sides.add(side(request, shard.id(), store, manifest, List.of(shard.id())));
    }
    return sides;
  }

  private Side side(
      Request request, String name, SketchStore store, Manifest manifest, List<String> shards) {
    DataChoice choice =
        new DataChoice(shards, List.of(), Map.of(), false, null, 0, request.firstPosition());
    SketchSelection selection = DataSelection.of(choice, store.root().toString(), manifest);
    spark.setJobGroup("compare", Words.format("Merge the sums of %s", name));
    List<Moments> moments =
        spark
            .parallelize(IntStream.range(0, manifest.blocks()).boxed().toList(), manifest.blocks())
            .map(new BlockMoments(selection, new SerializableConfiguration(conf)))
            .collect();
    double tokens =
        selection.tokens().values().stream()
            .mapToDouble(t -> request.firstPosition() == FirstPosition.INCLUDE ? t[0] + t[1] : t[1])
            .sum();
    return new Side(
        name,
        tokens,
        moments,
        Importance.fuse(moments.stream().map(Moments::meanAbs).toList(), request.window()));
  }

  private static Pair pair(Side a, Side b) {
    List<Map<Role, RoleDrift>> blocks = new ArrayList<>();
    for (int block = 0; block < a.moments().size(); block++) {
      Map<Role, RoleDrift> drifts = new EnumMap<>(Role.class);
      for (Role role : Role.values()) {
        drifts.put(
            role,
            RoleDrift.of(
                a.moments().get(block).meanAbs().get(role),
                b.moments().get(block).meanAbs().get(role),
                a.importance().get(block).get(role),
                b.importance().get(block).get(role)));
      }
      blocks.add(drifts);
    }
    return new Pair(a.name(), b.name(), blocks);
  }

  private static void addCoverage(Side side, ObjectNode node, List<String> notes) {
    node.put("tokens", side.tokens());
    for (Role role : Role.values()) {
      ArrayNode blocks = node.putArray(role.key());
      int outliers = 0;
      int never = 0;
      for (int block = 0; block < side.moments().size(); block++) {
        Coverage coverage = side.coverage(block, role);
        ObjectNode entry = blocks.addObject();
        entry.set("outliers", Json.MAPPER.<JsonNode>valueToTree(coverage.outliers()));
        entry.set("never_active", Json.MAPPER.<JsonNode>valueToTree(coverage.neverActive()));
        entry.put("tokens_per_channel", coverage.tokensPerChannel());
        outliers += coverage.outliers().size();
        never += coverage.neverActive().size();
      }
      Coverage any = side.coverage(0, role);
      if (any.isThin()) {
        notes.add(
            Words.format(
                "%s: %s has %.1f tokens a channel only: its means are thin.",
                side.name(), role.key(), any.tokensPerChannel()));
      }
      if (outliers + never > 0) {
        notes.add(
            Words.format(
                "%s: %s has %d outlier channels and %d that were never active, over %d blocks.",
                side.name(), role.key(), outliers, never, side.moments().size()));
      }
    }
  }
}
