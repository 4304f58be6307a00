package dev.foresight.spark.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.Statistic;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.text.PackingSettings;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Whose sketches a store holds and how they were made, as {@code manifest.json} says it. It is
 * written once and never changes: sketches that differ in any of it never lie in one store.
 *
 * @param format always {@link #FORMAT}
 * @param version 1 or {@link #VERSION}
 * @param model whose activations these are
 * @param blocks blocks of the model
 * @param channels channels of each role's input
 * @param packing how text became sequences
 * @param sketch what a slice is and keeps
 * @param precision arithmetic of the linears that ran; always fp32 in version 1, which does not say
 */
public record StoreFingerprint(
    String format,
    int version,
    ModelFingerprint model,
    int blocks,
    Map<Role, Integer> channels,
    PackingSettings packing,
    SketchSettings sketch,
    Precision precision)
    implements Serializable {
  /** What {@code format} says. */
  public static final String FORMAT = "foresight-sketches";

  /** The version that is written; 1 is read. */
  public static final int VERSION = 2;

  private static final String TOKENIZER = "tokenizer.json";

  public StoreFingerprint {
    if (model == null || packing == null || sketch == null || channels == null) {
      throw new IllegalArgumentException("The model, its channels or a setting is missing");
    }
    if (blocks < 1
        || !channels.keySet().equals(EnumSet.allOf(Role.class))
        || channels.values().stream().anyMatch(count -> count == null || count < 1)) {
      throw new IllegalArgumentException(
          Words.format("%d blocks with channels %s are no model", blocks, channels));
    }
    channels = new EnumMap<>(channels);
    precision = precision == null ? Precision.FP32 : precision;
  }

  /** What a run of now would write. */
  public static StoreFingerprint of(
      ModelFingerprint model,
      int blocks,
      Map<Role, Integer> channels,
      PackingSettings packing,
      SketchSettings sketch,
      Precision precision) {
    return new StoreFingerprint(
        FORMAT, VERSION, model, blocks, channels, packing, sketch, precision);
  }

  /** Where a statistic has states: every role in order, or the block. */
  public List<String> places(Statistic<?> statistic) {
    return statistic.ofRoles()
        ? Stream.of(Role.values()).map(Role::key).toList()
        : List.of(Statistic.BLOCK);
  }

  /** Channels of a role's input, or of the residual stream. */
  public int channels(String place) {
    Role role =
        place.equals(Statistic.BLOCK)
            ? Role.ATTENTION_INPUT
            : Role.valueOf(place.toUpperCase(Locale.ROOT));
    return channels.get(role);
  }

  /** The same in the version that is written. */
  public StoreFingerprint inThisVersion() {
    return of(model, blocks, channels, packing, sketch, precision);
  }

  /** Refuses what this release can't read, before anything else of it is looked at. */
  static void requireVersion(JsonNode manifest, String file) {
    String format = manifest.path("format").asText();
    int version = manifest.path("version").asInt();
    if (!FORMAT.equals(format) || version < 1 || version > VERSION) {
      throw new InputException(
          Words.format(
              "%s is of format '%s' version %d; this release reads '%s' versions 1 to %d: use the release that wrote it.",
              file, format, version, FORMAT, VERSION));
    }
  }

  /** Short name of all of it: commits carry it. */
  String sha256() {
    return Hashing.sha256Hex(
        Json.MAPPER.valueToTree(this).toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Refuses to mix this store's sketches with others.
   *
   * @param wanted what would be added
   * @param store its folder, for the message
   * @throws InputException that names everything that differs
   */
  public void requireSame(StoreFingerprint wanted, String store) {
    if (version != VERSION) {
      throw new InputException(
          Words.format(
              "The store %s is of version %d, which is read but not added to: bring it to version %d by 'foresight sketches copy %s NEW'.",
              store, version, VERSION, store));
    }
    List<String> files = differing(model, wanted.model());
    if (files.equals(List.of(TOKENIZER))) {
      throw new InputException(
          Words.format(
              "The store %s was made with another tokenizer (%s differs), so the same text is other sequences: name another --sketches, or pass --overwrite.",
              store, TOKENIZER));
    }
    if (!files.isEmpty()) {
      throw new InputException(
          Words.format(
              "The store %s holds sketches of another model (%s differ): name another --sketches, or pass --overwrite.",
              store, String.join(", ", files)));
    }
    List<String> settings = new ArrayList<>();
    addDifferences(
        Json.MAPPER.valueToTree(packing), Json.MAPPER.valueToTree(wanted.packing()), settings);
    addDifferences(
        Json.MAPPER.valueToTree(sketch), Json.MAPPER.valueToTree(wanted.sketch()), settings);
    if (precision != wanted.precision()) {
      settings.add(Words.format("precision %s, not %s", precision, wanted.precision()));
    }
    if (!settings.isEmpty()) {
      throw new InputException(
          Words.format(
              "The store %s was calibrated with %s: give the same settings, name another --sketches, or pass --overwrite.",
              store, String.join(", ", settings)));
    }
  }

  /** Names of the files by which two models differ. */
  public static List<String> differing(ModelFingerprint one, ModelFingerprint other) {
    TreeSet<String> files = new TreeSet<>(one.files().keySet());
    files.addAll(other.files().keySet());
    files.removeIf(file -> Objects.equals(one.files().get(file), other.files().get(file)));
    return List.copyOf(files);
  }

  private static void addDifferences(JsonNode have, JsonNode wanted, List<String> into) {
    LinkedHashSet<String> names = new LinkedHashSet<>();
    wanted.fieldNames().forEachRemaining(names::add);
    have.fieldNames().forEachRemaining(names::add); // what only the store was told
    for (String name : names) {
      if (!have.path(name).equals(wanted.path(name))) {
        into.add(
            Words.format("%s %s, not %s", name, text(have.path(name)), text(wanted.path(name))));
      }
    }
  }

  private static String text(JsonNode setting) {
    if (!setting.isArray()) {
      return setting.isMissingNode() ? "nothing" : setting.asText();
    }
    return StreamSupport.stream(setting.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining("+"));
  }
}
