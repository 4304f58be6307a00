package dev.foresight.model;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.RenamedCheckpoint;
import dev.foresight.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the decoder's tensors lie in a checkpoint. Its blocks tell, whatever stands before their
 * names; from then on the tensors go by the names that transformers finds them under.
 *
 * <p>transformers 5.23 reads a plain decoder with and without {@code model.}, that of a model that
 * also sees under {@code language_model.} with and without it; other prefixes it does not find, and
 * starts from random weights.
 */
final class DecoderNames {
  private static final String MODEL = "model.";
  private static final String TOWER = "language_model.";
  private static final String TOWER_SINCE_5 = MODEL + TOWER;
  private static final String HEAD = "lm_head.";

  /** What transformers takes off: of a plain decoder, of one inside another model. */
  private static final Pattern PLAIN_PREFIX = Pattern.compile("(model\\.)*");

  private static final Pattern TOWER_PREFIX =
      Pattern.compile("(model\\.)*language_model\\.(model\\.)*");

  private static final List<String> MODULES =
      List.of("layers.", "embed_tokens.", "norm.", "rotary_emb.");

  private final Architecture family;
  private final boolean tower;
  private final Checkpoint checkpoint;
  private final String location;

  /**
   * A checkpoint whose decoder goes by known names.
   *
   * @param architecture those names
   * @param checkpoint with those names
   * @param note what readers of a written folder should know of it, a sentence
   */
  record Found(Architecture architecture, Checkpoint checkpoint, Optional<String> note) {}

  /**
   * @param tower whether the decoder is a part of a larger model
   */
  DecoderNames(Architecture family, boolean tower, Checkpoint checkpoint, String location) {
    this.family = family;
    this.tower = tower;
    this.checkpoint = checkpoint;
    this.location = location;
  }

  /**
   * @throws InputException if several prefixes may be the decoder's, or two tensors are the same
   *     one
   */
  Found find() {
    TreeSet<String> prefixes = prefixes();
    Pattern usual = tower ? TOWER_PREFIX : PLAIN_PREFIX;
    boolean known = prefixes.stream().anyMatch(prefix -> usual.matcher(prefix).matches());
    if (!known && prefixes.size() > 1) {
      throw new InputException(
          Words.format(
              "%s has several decoders, under %s: split it, and name the folder with one of them.",
              location, String.join(", ", prefixes)));
    }
    String foreign = known || prefixes.isEmpty() ? null : prefixes.first();
    Architecture architecture = architecture(prefixes);
    SortedMap<String, String> storedName = new TreeMap<>();
    List<String> renamed = new ArrayList<>();
    for (TensorInfo tensor : checkpoint.tensors()) {
      String stored = tensor.name();
      String name = name(stored, usual, foreign, architecture);
      String other = storedName.put(name, stored);
      if (other != null) {
        throw new InputException(
            Words.format(
                "%s holds %s and %s, which are the same tensor of the decoder: remove one of them.",
                location, other, stored));
      }
      if (!name.equals(stored)) {
        renamed.add(Words.format("%s as %s", stored, name));
      }
    }
    if (renamed.isEmpty()) {
      return new Found(architecture, checkpoint, Optional.empty());
    }
    return new Found(
        architecture,
        new RenamedCheckpoint(checkpoint, location, storedName),
        Optional.of(
            Words.format(
                "%d tensors go by other names than they are stored under, those that transformers looks for: %s, for example.",
                renamed.size(), renamed.get(0))));
  }

  /** What stands before the first block's norm, which no tower of another kind calls the same. */
  private TreeSet<String> prefixes() {
    String mark = "layers.0." + family.norms().attention().weight();
    TreeSet<String> prefixes = new TreeSet<>();
    for (TensorInfo tensor : checkpoint.tensors()) {
      if (tensor.name().endsWith(mark)) {
        String prefix = tensor.name().substring(0, tensor.name().length() - mark.length());
        if (prefix.isEmpty() || prefix.endsWith(".")) {
          prefixes.add(prefix);
        }
      }
    }
    return prefixes;
  }

  private Architecture architecture(TreeSet<String> prefixes) {
    if (!tower) {
      return family;
    }
    return prefixes.contains(TOWER_SINCE_5)
        ? family.at(TOWER_SINCE_5, HEAD + "weight")
        : family.at(TOWER + MODEL, TOWER + HEAD + "weight");
  }

  private String name(String stored, Pattern usual, String foreign, Architecture architecture) {
    String head = architecture.head().substring(0, architecture.head().lastIndexOf('.') + 1);
    List<String> rests = new ArrayList<>();
    if (foreign != null && stored.startsWith(foreign)) {
      rests.add(stored.substring(foreign.length()));
    }
    if (foreign != null && foreign.endsWith(MODEL)) {
      String above = foreign.substring(0, foreign.length() - MODEL.length());
      if (stored.startsWith(above + HEAD)) {
        rests.add(stored.substring(above.length()));
      }
    }
    Matcher prefix = usual.matcher(stored);
    if (prefix.lookingAt()) {
      rests.add(stored.substring(prefix.end()));
    }
    Matcher plain = PLAIN_PREFIX.matcher(stored);
    if (plain.lookingAt() && stored.startsWith(HEAD, plain.end())) {
      rests.add(stored.substring(plain.end()));
    }
    for (String rest : rests) {
      if (rest.startsWith(HEAD)) {
        return head + rest.substring(HEAD.length());
      }
      if (MODULES.stream().anyMatch(rest::startsWith)) {
        return architecture.decoder() + rest;
      }
    }
    return stored;
  }
}
