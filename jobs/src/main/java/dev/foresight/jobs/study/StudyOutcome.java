package dev.foresight.jobs.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.jobs.cli.Version;
import dev.foresight.jobs.evaluate.OverlapJob;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.study.BlockProfile.Distance;
import dev.foresight.spark.study.BlockProfile.Profile;
import dev.foresight.study.CellScores;
import dev.foresight.study.StudyNumbers;
import dev.foresight.study.Variant;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a study found.
 *
 * @param request what was asked for
 * @param model the float model
 * @param modelBytes of its weights
 * @param domains what was judged on
 * @param overlap of the text judged on and the store
 * @param cells scores by variant and domain
 * @param seconds that quantizing each variant took, of those whose cells were not there yet
 * @param numbers what they say together
 * @param distances how far every two shards are apart, by block and role; none with one shard
 * @param profiles how importance is spread over the channels of each block and role
 */
record StudyOutcome(
    StudyJob.Request request,
    ModelFingerprint model,
    long modelBytes,
    List<StudyDomain> domains,
    OverlapJob.Outcome overlap,
    SortedMap<Variant, Map<String, CellScores>> cells,
    SortedMap<Variant, Double> seconds,
    StudyNumbers numbers,
    List<Distance> distances,
    List<Profile> profiles) {

  /** Names of the methods, in the order they were given. */
  List<String> methods() {
    return request.methods().stream().map(StudyMethod::name).distinct().toList();
  }

  /** {@code study.json}: the same for any number of executors, and without times. */
  ObjectNode json() throws IOException {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("writer", "foresight");
    json.put("foresight", Version.of("foresight"));
    json.set("model", Json.MAPPER.<JsonNode>valueToTree(model));
    json.put("window", request.window());
    json.put("seed", request.seed());
    json.put("against", request.against());
    ObjectNode methods = json.putObject("methods");
    request.methods().forEach(method -> methods.put(method.name(), method.options()));
    ObjectNode texts = json.putObject("domains");
    for (StudyDomain domain : domains) {
      ObjectNode text = texts.putObject(domain.name());
      text.put("sha256", domain.sha256());
      text.put("windows", domain.windows().length);
    }
    json.set("overlap", overlap.json());
    ArrayNode table = json.putArray("cells");
    cells.forEach(
        (variant, scores) ->
            scores.forEach(
                (domain, score) -> {
                  ObjectNode cell = table.addObject();
                  cell.put("method", variant.method());
                  cell.put("bits", variant.bits());
                  cell.put("kind", variant.data().kind().key());
                  cell.put("calibrated_on", variant.data().label());
                  cell.put("domain", domain);
                  cell.put("perplexity", score.perplexity());
                  cell.put("float_perplexity", score.referencePerplexity());
                  cell.put("divergence", score.divergenceMean());
                  cell.put("top_agreement", score.topAgreement());
                  cell.put("bytes", score.bytes());
                }));
    json.setAll(Json.MAPPER.<ObjectNode>valueToTree(numbers));
    return json;
  }
}
