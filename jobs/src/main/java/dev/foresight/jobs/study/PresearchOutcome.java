package dev.foresight.jobs.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.importance.Window;
import dev.foresight.model.ModelConfig;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.study.Form;
import dev.foresight.study.Interval;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a search found.
 *
 * @param request what was asked for
 * @param model that was searched on
 * @param config its config.json
 * @param parts sets of shards that were calibrated on
 * @param domains that were judged on
 * @param losses cross-shard loss of every form: mean logarithm of its ratio to that of no window
 * @param judged forms that were compared end to end
 */
record PresearchOutcome(
    PresearchJob.Request request,
    ModelFingerprint model,
    ModelConfig config,
    List<String> parts,
    List<StudyDomain> domains,
    Map<Form, Double> losses,
    List<Judged> judged) {
  private static final List<String> MATCHED =
      List.of("model_type", "hidden_size", "num_hidden_layers", "vocab_size");

  /**
   * A form, end to end.
   *
   * @param divergence mean over calibrations and domains
   * @param gain divergence less that of no window, as a share of it
   */
  record Judged(Form form, Interval divergence, Interval gain) {}

  /** The least divergence of those that a window can express. */
  Judged best() {
    return judged.stream()
        .filter(j -> !j.form().adaptive())
        .min(Comparator.comparingDouble(j -> j.divergence().value()))
        .orElseThrow();
  }

  /** The entry, with the whole table. */
  ObjectNode json() throws IOException {
    ObjectNode entry = Json.MAPPER.createObjectNode();
    entry.put("family", request.family());
    JsonNode known = Json.MAPPER.readTree(config.json());
    ObjectNode match = entry.putObject("match");
    MATCHED.stream().filter(known::has).forEach(key -> match.set(key, known.get(key)));
    Window window = best().form().window();
    ObjectNode chosen = entry.putObject("window");
    chosen.put("blend", window.blend());
    chosen.put("blocks", window.blocks());
    chosen.put("weights", window.weights().key());
    chosen.put("normalization", window.normalization().key());
    chosen.put("roles", window.roles().key());
    entry.put("believable", best().gain().high() < 0);
    ObjectNode search = entry.putObject("search");
    search.put("model_sha256", model.sha256());
    search.put("quantize", String.join(" ", request.settings()));
    parts.forEach(search.putArray("calibrated_on")::add);
    ObjectNode texts = search.putObject("judged_on");
    domains.forEach(
        d ->
            texts.putObject(d.name()).put("sha256", d.sha256()).put("windows", d.windows().length));
    search.put("window", request.window());
    search.put("seed", request.seed());
    ArrayNode table = entry.putArray("judged");
    for (Judged form : judged) {
      ObjectNode row = table.addObject();
      row.put("form", form.form().label());
      row.put("cross_shard_loss", losses.get(form.form()));
      row.set("divergence", Json.MAPPER.<JsonNode>valueToTree(form.divergence()));
      row.set("gain", Json.MAPPER.<JsonNode>valueToTree(form.gain()));
    }
    ArrayNode tried = entry.putArray("tried");
    losses.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(
            form ->
                tried
                    .addObject()
                    .put("form", form.getKey().label())
                    .put("cross_shard_loss", form.getValue()));
    return entry;
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%nMean KL, %d biased calibrations x %d domains; change against no window%n",
        parts.size(),
        domains.size());
    for (Judged j : judged) {
      out.printf(
          Locale.ROOT,
          "%-40s %10.5f  %+6.1f %% [%+.1f, %+.1f]%n",
          j.form().label(),
          j.divergence().value(),
          100 * j.gain().value(),
          100 * j.gain().low(),
          100 * j.gain().high());
    }
    out.printf(
        Locale.ROOT,
        "Best window: %s%s. Entry: %s%n",
        best().form().label(),
        best().gain().high() < 0 ? "" : ", no better than none beyond chance",
        request.output());
    judged.stream()
        .filter(j -> j.form().adaptive())
        .filter(j -> j.divergence().value() < best().divergence().value())
        .findFirst()
        .ifPresent(
            j ->
                out.println(
                    Words.format("Note: --method faq-adaptive (%s) is better.", j.form().label())));
    out.flush();
  }
}
