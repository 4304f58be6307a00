package dev.foresight.jobs.quantize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Hashing;
import dev.foresight.quantize.plan.PlanJson;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.spark.io.BuildId;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.selection.SketchSelection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a result is known by before it is there: the plan, the model, the slices that count, and the
 * code that acts on them. An unfinished run is taken over, and a study's cell is read, only where
 * all of it is the same to the byte.
 *
 * @param text one line of JSON, the same for the same result
 */
public record ResultIdentity(String text) {
  ResultIdentity(QuantizationPlan plan, ModelFingerprint model, Optional<SketchSelection> selection)
      throws IOException {
    this(json(plan, model, selection).toString());
  }

  private static ObjectNode json(
      QuantizationPlan plan, ModelFingerprint model, Optional<SketchSelection> selection)
      throws IOException {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("writer", "foresight"); // by which the folder is known as ours
    node.put("build", BuildId.get());
    node.put("model", model.sha256());
    PlanJson.write(plan, node);
    node.remove("data"); // what it chose is what counts: the next two
    if (selection.isPresent()) {
      byte[] slices = Json.MAPPER.writeValueAsBytes(selection.get().slices());
      node.put("sketches_sha256", Hashing.sha256Hex(slices));
      node.set("shards", Json.MAPPER.valueToTree(selection.get().weights()));
      node.put("first_position", selection.get().firstPosition().name());
    }
    return node;
  }

  /** SHA-256 of the text, in hex. */
  public String sha256() {
    return Hashing.sha256Hex(text.getBytes(StandardCharsets.UTF_8));
  }
}
