package dev.foresight.quantize.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.Normalization;
import dev.foresight.importance.Roles;
import dev.foresight.importance.TokenWeighting;
import dev.foresight.importance.Weights;
import dev.foresight.importance.Window;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The JSON form of a {@link QuantizationPlan}: written into reports and into what unfinished runs
 * and study cells are known by, and read back to check what was written. {@code read(write(plan))}
 * equals the plan.
 */
public final class PlanJson {
  /** Raised when a field's meaning changes, so that nothing of an older meaning is taken over. */
  public static final int SCHEMA = 2;

  private static final String AUTO = "auto";

  private PlanJson() {}

  /** Adds a plan's fields to an object, in the order of the record. */
  public static void write(QuantizationPlan plan, ObjectNode node) {
    node.put("plan_schema", SCHEMA);
    node.put("method", plan.method().key());
    ObjectNode grid = node.putObject("grid");
    grid.put("container", plan.container());
    writeGrid(plan.grids().common(), grid);
    if (!plan.grids().overridden().isEmpty()) {
      writeOverrides(plan.grids(), node.putArray("overrides"));
    }
    writeSearch(plan.search(), plan.searchRows(), node.putObject("search"));
    if (plan.method().looksAhead()) {
      writeWindow(plan.window(), node.putObject("window"));
    }
    if (plan.tokens().weighs()) {
      writeTokens(plan.tokens(), node.putObject("tokens"));
    }
    plan.data().ifPresent(data -> writeData(data, node.putObject("data")));
  }

  /**
   * The plan that {@link #write} wrote.
   *
   * @param where what messages call the object
   * @throws InputException if a field is missing or says what no plan can
   */
  public static QuantizationPlan read(JsonNode node, String where) {
    try {
      int schema = node.path("plan_schema").asInt(0);
      if (schema != SCHEMA) {
        throw new InputException(
            Words.format(
                "%s is of plan schema %d, and this release reads %d: quantize again, with --overwrite.",
                where, schema, SCHEMA));
      }
      JsonNode search = node.required("search");
      JsonNode window = node.path("window");
      JsonNode data = node.path("data");
      JsonNode tokens = node.path("tokens");
      return new QuantizationPlan(
          Method.parse(node.required("method").asText(), where),
          node.required("grid").required("container").asText(),
          readGrids(node, where),
          readSearch(search),
          window.isMissingNode() ? FutureWindow.none() : readWindow(window),
          data.isMissingNode() ? null : readData(data),
          search.required("rows").asInt(),
          tokens.isMissingNode() ? TokenWeighting.none() : readTokens(tokens));
    } catch (IllegalArgumentException e) { // Jackson's, of a field that is missing; or a record's
      throw new InputException(Words.format("%s is damaged: %s", where, e.getMessage()), e);
    }
  }

  private static void writeGrid(Grid grid, ObjectNode node) {
    node.put("bits", grid.bits());
    node.put("group", grid.group());
    node.put("symmetric", grid.symmetric());
    node.put("symmetric_step", grid.symmetricStep().key());
    node.put("step_type", grid.stepType().name());
    node.put("least_zero", grid.leastZero());
  }

  private static Grid readGrid(JsonNode node) {
    return new Grid(
        node.required("bits").asInt(),
        node.required("group").asInt(-1),
        node.required("symmetric").asBoolean(),
        DType.parse(node.required("step_type").asText()),
        node.required("least_zero").asInt(-1),
        SymmetricStep.parse(node.required("symmetric_step").asText()));
  }

  private static void writeOverrides(ModelGrids grids, ArrayNode node) {
    grids
        .overridden()
        .forEach(
            (rule, names) -> {
              ObjectNode entry = node.addObject();
              entry.put("pattern", rule.pattern().pattern());
              entry.put("change", rule.change());
              entry.put("linears", names.size());
              names.forEach(entry.putArray("names")::add);
              if (!rule.inFloat()) {
                writeGrid(grids.of(names.get(0)), entry.putObject("grid"));
              }
            });
  }

  /** The grids of an object that {@link #write} wrote. */
  private static ModelGrids readGrids(JsonNode node, String where) {
    TreeMap<String, Grid> others = new TreeMap<>();
    TreeSet<String> floats = new TreeSet<>();
    Map<GridOverride, List<String>> overridden = new LinkedHashMap<>();
    for (JsonNode entry : node.path("overrides")) {
      GridOverride rule =
          GridOverride.parse(
              entry.required("pattern").asText() + "=" + entry.required("change").asText());
      List<String> names = new ArrayList<>();
      entry.required("names").forEach(name -> names.add(name.asText()));
      if (names.isEmpty() || names.size() != entry.required("linears").asInt()) {
        throw new InputException(
            Words.format(
                "%s is damaged: override %s names %d linears.", where, rule, names.size()));
      }
      overridden.put(rule, names);
      if (rule.inFloat()) {
        floats.addAll(names);
      } else {
        Grid grid = readGrid(entry.required("grid"));
        names.forEach(name -> others.put(name, grid));
      }
    }
    return new ModelGrids(readGrid(node.required("grid")), others, floats, overridden);
  }

  private static void writeSearch(SearchSettings search, int rows, ObjectNode node) {
    node.put("scale", search.scale());
    node.put("loss", search.loss().key());
    node.put("steps", search.steps().key());
    node.put("rounding", search.rounding().rule().key());
    if (search.rounding().compensates()) {
      if (search.rounding().learnsShrinkage()) {
        node.put("shrinkage", AUTO);
      } else {
        node.put("shrinkage", search.rounding().shrinkage());
      }
      node.put("refits", search.rounding().refits());
      node.put("propagate", search.rounding().propagates());
    }
    node.put("weight_term", search.weightTerm());
    node.put("scale_attention_output", search.scaleAttentionOutput());
    node.put("candidates", search.candidates());
    node.put("finalists", search.finalists());
    node.put("rows", rows);
  }

  private static SearchSettings readSearch(JsonNode node) {
    return new SearchSettings(
        node.required("scale").asBoolean(),
        node.required("weight_term").asBoolean(),
        Loss.parse(node.required("loss").asText()),
        Steps.parse(node.required("steps").asText()),
        readRounding(node),
        node.required("scale_attention_output").asBoolean(),
        node.required("candidates").asInt(),
        node.required("finalists").asInt());
  }

  private static RoundingSettings readRounding(JsonNode node) {
    Rounding rule = Rounding.parse(node.required("rounding").asText());
    return rule == Rounding.NEAREST
        ? RoundingSettings.nearest()
        : new RoundingSettings(
            rule,
            readShrinkage(node.required("shrinkage")),
            node.required("refits").asInt(-1),
            node.required("propagate").asBoolean());
  }

  private static double readShrinkage(JsonNode node) {
    if (!node.isNumber() && !node.asText().equals(AUTO)) {
      throw new IllegalArgumentException("shrinkage is neither a number nor " + AUTO);
    }
    return node.asDouble(Double.NaN);
  }

  private static void writeWindow(FutureWindow future, ObjectNode node) {
    Window window = future.window();
    node.put("presearched", future.source());
    node.put("adaptive", future.adaptive());
    node.put("blend", window.blend());
    node.put("normalization", window.normalization().key());
    node.put("blocks", window.blocks());
    node.put("weights", window.weights().key());
    node.put("roles", window.roles().key());
  }

  private static FutureWindow readWindow(JsonNode node) {
    return new FutureWindow(
        node.required("presearched").asText(),
        new Window(
            node.required("blend").asDouble(Double.NaN),
            node.required("blocks").asInt(-1),
            Weights.parse(node.required("weights").asText()),
            Normalization.parse(node.required("normalization").asText()),
            Roles.parse(node.required("roles").asText())),
        node.required("adaptive").asBoolean());
  }

  private static void writeTokens(TokenWeighting tokens, ObjectNode node) {
    node.put("weights", tokens.form().key());
    node.put("exponent", tokens.exponent());
    node.put("blocks", tokens.blocks());
    node.put("attention", tokens.attention());
  }

  private static TokenWeighting readTokens(JsonNode node) {
    return new TokenWeighting(
        TokenWeighting.Form.parse(node.required("weights").asText()),
        node.required("exponent").asDouble(Double.NaN),
        node.required("blocks").asInt(-1),
        node.required("attention").asBoolean());
  }

  private static void writeData(DataChoice data, ObjectNode node) {
    data.shards().forEach(node.putArray("shards")::add);
    data.excluded().forEach(node.putArray("excluded")::add);
    ObjectNode weights = node.putObject("weights");
    data.weights().forEach(weights::put);
    node.put("balance", data.balance());
    node.put("bootstrap", data.bootstrap()); // null is JSON's null
    node.put("first_slices", data.firstSlices());
    node.put("first_position", data.firstPosition().name().toLowerCase(Locale.ROOT));
  }

  private static DataChoice readData(JsonNode node) {
    TreeMap<String, Double> weights = new TreeMap<>();
    node.required("weights")
        .properties()
        .forEach(entry -> weights.put(entry.getKey(), entry.getValue().asDouble(Double.NaN)));
    return new DataChoice(
        texts(node.required("shards")),
        texts(node.required("excluded")),
        weights,
        node.required("balance").asBoolean(),
        node.required("bootstrap").isNull() ? null : node.required("bootstrap").asLong(),
        node.required("first_slices").asInt(-1),
        FirstPosition.valueOf(node.required("first_position").asText().toUpperCase(Locale.ROOT)));
  }

  private static List<String> texts(JsonNode node) {
    List<String> texts = new ArrayList<>();
    node.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
