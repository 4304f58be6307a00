package dev.foresight.jobs.quantize;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.jobs.cli.Version;
import dev.foresight.model.Role;
import dev.foresight.quantize.LinearReport;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.QuantizationPlan;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The README.md of a written folder: what it is made of and what rounding did to it. It holds what
 * this run measured and nothing else; how good the model still is, {@code evaluate} tells.
 */
final class ModelCard {
  static final String FILE = "README.md";

  private final StringBuilder text = new StringBuilder();

  private ModelCard() {}

  /**
   * @param name of the model that was quantized
   */
  static String of(String name, QuantizationPlan plan, QuantizationReport report)
      throws IOException {
    ModelCard card = new ModelCard();
    card.head(name, plan, report);
    Optional<JsonNode> shards = report.shards();
    if (shards.isPresent()) {
      card.calibration(shards.get());
      card.losses(report.blocks().stream().flatMap(block -> block.linears().stream()).toList());
    }
    card.line("## Use");
    card.line("```python");
    card.line("from transformers import AutoModelForCausalLM");
    card.line("model = AutoModelForCausalLM.from_pretrained(\"path/to/this/folder\")");
    card.line("```");
    card.line(
        "with the package that the container needs, if any (`docs/formats.md` of Foresight).");
    card.line(
        "How far it is from the original: `foresight evaluate --model . --reference ORIGINAL --data"
            + " TEXT`. Settings are in `report.json`, tables under `foresight/`.");
    return card.text.toString();
  }

  private void head(String name, QuantizationPlan plan, QuantizationReport report)
      throws IOException {
    Grid grid = report.grid();
    line("---");
    line("tags: [quantized, foresight, %s]", plan.container());
    line("---");
    line("# %s, %d bits", name, grid.bits());
    line("");
    line(
        "Weights of `%s` (sha256 `%s`), quantized after training by Foresight %s. Embedding, norms"
            + " and head are as they were, but for scales folded into norms.",
        name, report.model().sha256(), Version.of("foresight"));
    line("");
    line("| method | bits | group | grid | container | bytes of weights |");
    line("|---|---|---|---|---|---|");
    line(
        "| %s | %d | %s | %s | %s | %,d |",
        plan.method().key(),
        grid.bits(),
        grid.group() == 0 ? "whole rows" : Integer.toString(grid.group()),
        grid.symmetric() ? "symmetric" : "asymmetric",
        plan.container(),
        report.bytes());
    line("");
    if (plan.search().rounding().propagates()) {
      line(
          "Each block was quantized for what the quantized blocks before it send (`--propagate`).");
      line("");
    }
  }

  private void calibration(JsonNode shards) {
    line("## Calibrated on");
    line("| shard | weight | sequences | tokens |");
    line("|---|---|---|---|");
    for (Map.Entry<String, JsonNode> shard : shards.properties()) {
      line(
          "| %s | %s | %,d | %,d |",
          cell(shard.getKey()),
          shard.getValue().get("weight").asText(),
          shard.getValue().get("sequences").asLong(),
          shard.getValue().get("tokens").asLong());
    }
    line("");
  }

  /** An id, which may be any text, in one cell of a table. */
  private static String cell(String id) {
    return id.replace("|", "\\|").replaceAll("\\R", " ");
  }

  /** Sums over all linears of a role, so that a role whose rounding hurts stands out. */
  private void losses(List<LinearReport> linears) {
    line("## What rounding did");
    line("Error of the linears' outputs on calibration text, summed; mean share of groups whose");
    line("step is not that of their range.");
    line("");
    line(
        "| input of | linears | plain rounding | as written | of plain rounding | steps searched |");
    line("|---|---|---|---|---|---|");
    for (Role role : Role.values()) {
      List<LinearReport> rounded =
          linears.stream().filter(l -> l.role() == role && l.bits() > 0).toList();
      if (rounded.isEmpty()) {
        continue; // overridden to float: nothing was rounded
      }
      double plain = rounded.stream().mapToDouble(LinearReport::roundLoss).sum();
      double written = rounded.stream().mapToDouble(LinearReport::finalLoss).sum();
      line(
          "| %s | %d | %.4g | %.4g | %.1f %% | %.1f %% |",
          role.key(),
          rounded.size(),
          plain,
          written,
          100 * written / plain,
          100 * rounded.stream().mapToDouble(LinearReport::clipShare).average().orElseThrow());
    }
    line("");
  }

  private void line(String format, Object... values) {
    text.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    text.append('\n');
  }
}
