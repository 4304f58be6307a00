package dev.foresight.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.foresight.InputException;
import dev.foresight.NativeCode;
import dev.foresight.Words;
import dev.foresight.tensor.ModelFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A model's own tokenizer, read from its {@code tokenizer.json} by the library that defines the
 * format, with truncation, padding and length limits off: a document of any size becomes all of its
 * tokens. Safe for several threads.
 *
 * <p>What stands before and behind a text is what tokenizer.json's post-processor puts there, as
 * for transformers, whatever the files beside it say. Those only give names to tokens.
 */
public final class Tokenizer implements AutoCloseable {
  static final String FILE = "tokenizer.json";

  private final HuggingFaceTokenizer tokenizer;
  private final String location;
  private final SpecialTokens special;
  private final OptionalInt vocabulary;
  private final int[] prefix;
  private final int[] suffix;

  private Tokenizer(
      HuggingFaceTokenizer tokenizer,
      String location,
      SpecialTokens special,
      OptionalInt vocabulary) {
    this.tokenizer = tokenizer;
    this.location = location;
    this.special = special;
    this.vocabulary = vocabulary;
    int[] bare = ids("a", false);
    int[] dressed = ids("a", true);
    int at = find(bare, dressed);
    this.prefix = Arrays.copyOf(dressed, at);
    this.suffix = Arrays.copyOfRange(dressed, at + bare.length, dressed.length);
  }

  /**
   * Reads {@code tokenizer.json} and, for the names of BOS and EOS, the files beside it; where
   * there is a config.json, tokens beyond its vocabulary are refused when they are met.
   *
   * @throws InputException if the folder has no {@code tokenizer.json}, the library refuses it, or
   *     another file adds tokens to it
   */
  public static Tokenizer open(ModelFolder folder) throws IOException {
    SpecialTokens special = SpecialTokens.of(folder);
    if (!folder.files().contains(FILE)) {
      throw new InputException(
          Words.format(
              "%s has no tokenizer.json%s. transformers makes one: AutoTokenizer.from_pretrained(folder).save_pretrained(folder), with sentencepiece and tiktoken installed where the tokenizer needs them.",
              folder.location(),
              folder.files().contains("tokenizer.model")
                  ? ", only tokenizer.model, which is not read"
                  : ""));
    }
    String json = folder.text(FILE);
    Tokenizer tokenizer = of(json, folder.location(), special);
    try {
      AddedTokens.requireAllIn(json, folder, special.config());
    } catch (IOException | RuntimeException e) {
      tokenizer.close();
      throw e;
    }
    return tokenizer;
  }

  private static Tokenizer of(String json, String location, SpecialTokens special)
      throws IOException {
    NativeCode.prepare();
    Map<String, String> options =
        Map.of(
            "addSpecialTokens", "false",
            "truncation", "DO_NOT_TRUNCATE",
            "padding", "DO_NOT_PAD",
            "modelMaxLength", Integer.toString(Integer.MAX_VALUE));
    try {
      var bytes = new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
      return new Tokenizer(
          HuggingFaceTokenizer.newInstance(bytes, options),
          location,
          special,
          special.vocabulary());
    } catch (InputException e) { // of a token that the model lacks
      throw e;
    } catch (RuntimeException e) {
      throw new InputException(
          Words.format(
              "%s/tokenizer.json can't be read as a tokenizer: %s", location, e.getMessage()),
          e);
    }
  }

  /** Where the tokens of a text begin among those that the post-processor made of them. */
  private int find(int[] bare, int[] dressed) {
    for (int at = 0; at + bare.length <= dressed.length; at++) {
      if (Arrays.equals(bare, Arrays.copyOfRange(dressed, at, at + bare.length))) {
        return at;
      }
    }
    throw new InputException(
        Words.format(
            "%s/tokenizer.json: its post_processor changes the tokens of the text itself, which is not supported. Save the model with another tokenizer.",
            location));
  }

  /**
   * The one token that a special text stands for.
   *
   * @param text for example {@code <|endoftext|>}
   * @param what the setting that named it, for the message
   * @throws InputException if the tokenizer makes anything but one token of it
   */
  public int idOf(String text, String what) {
    int[] ids = encode(text);
    if (ids.length != 1) {
      throw new InputException(
          Words.format(
              "%s '%s' is %d tokens in the tokenizer of %s, not one: name a special token.",
              what, text, ids.length, location));
    }
    return ids[0];
  }

  /**
   * All tokens of a text, without special tokens.
   *
   * @throws InputException if one of them is beyond the model's vocabulary
   */
  public int[] encode(String text) {
    return ids(text, false);
  }

  private int[] ids(String text, boolean dressed) {
    long[] ids = tokenizer.encode(text, dressed, false).getIds();
    int[] tokens = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      tokens[i] = (int) ids[i];
      if (vocabulary.isPresent() && tokens[i] >= vocabulary.getAsInt()) {
        throw new InputException(
            Words.format(
                "%s: the tokenizer makes token %d of '%s', but the model has %d (vocab_size in config.json): take the tokenizer that the model was trained with, or give the model a row for each token (resize_token_embeddings).",
                location, tokens[i], decode(tokens[i]), vocabulary.getAsInt()));
      }
    }
    return tokens;
  }

  /** The text of tokens, special ones included. */
  public String decode(int... tokens) {
    return decode(tokens, false);
  }

  /** The text of tokens without special ones. */
  public String plainText(int... tokens) {
    return decode(tokens, true);
  }

  private String decode(int[] tokens, boolean skipSpecial) {
    long[] ids = Arrays.stream(tokens).asLongStream().toArray();
    return tokenizer.decode(ids, skipSpecial);
  }

  /**
   * Tokens of a prompt: {@link #prefix} and those of the text, which may bring the prefix along, as
   * rendered conversations do.
   *
   * @throws InputException as {@link #encode}
   */
  public int[] prompt(String text) {
    int[] tokens = encode(text);
    boolean there =
        tokens.length >= prefix.length
            && Arrays.equals(prefix, Arrays.copyOf(tokens, prefix.length));
    if (there) {
      return tokens;
    }
    int[] all = Arrays.copyOf(prefix, prefix.length + tokens.length);
    System.arraycopy(tokens, 0, all, prefix.length, tokens.length);
    return all;
  }

  /** Tokens that the tokenizer puts before every text, usually BOS or none. */
  public int[] prefix() {
    return prefix.clone();
  }

  /** Tokens that the tokenizer puts behind every text, usually none. */
  public int[] suffix() {
    return suffix.clone();
  }

  /** Whether encoding with special tokens puts BOS, or anything, in front. */
  public boolean addsBos() {
    return prefix.length > 0;
  }

  /**
   * What begins a text: {@link #prefix}, or the BOS that the tokenizer's files name where it puts
   * nothing in front by itself.
   *
   * @param what the setting that asks, for the message
   * @throws InputException if there is neither, or the named one is no token
   */
  public int[] bos(String what) {
    return addsBos()
        ? prefix()
        : new int[] {idOf(special.require("bos_token", what, this), "bos_token")};
  }

  /**
   * What ends a document: the EOS that the tokenizer's files name, or the one token that it puts
   * behind every text.
   *
   * @param what the setting that asks, for the message
   * @throws InputException if there is neither, or the named one is no token
   */
  public int eos(String what) {
    if (special.config().token("eos_token").isEmpty() && suffix.length == 1) {
      return suffix[0];
    }
    return idOf(special.require("eos_token", what, this), "eos_token");
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
