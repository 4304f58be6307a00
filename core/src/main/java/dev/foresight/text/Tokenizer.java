package dev.foresight.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.foresight.InputException;
import dev.foresight.NativeCode;
import dev.foresight.Words;
import dev.foresight.tensor.ModelFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A model's own tokenizer, read from its {@code tokenizer.json} by the library that defines the
 * format, with truncation, padding and length limits off: a document of any size becomes all of its
 * tokens. Safe for several threads.
 */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final OptionalInt bos;
  private final OptionalInt eos;
  private final boolean addsBos;
  private final String location;

  private Tokenizer(HuggingFaceTokenizer tokenizer, TokenizerConfig config, String location) {
    this.tokenizer = tokenizer;
    this.location = location;
    this.bos = special(config, "bos_token");
    this.eos = special(config, "eos_token");
    long[] bare = tokenizer.encode("a", false, false).getIds();
    long[] dressed = tokenizer.encode("a", true, false).getIds();
    this.addsBos = dressed.length > bare.length && bos.isPresent() && dressed[0] == bos.getAsInt();
  }

  /**
   * Reads {@code tokenizer.json} and, for the names of BOS and EOS, {@code tokenizer_config.json}.
   *
   * @throws InputException if the folder has no {@code tokenizer.json} or the library refuses it
   */
  public static Tokenizer open(ModelFolder folder) throws IOException {
    if (!folder.files().contains("tokenizer.json")) {
      throw new InputException(
          Words.format("%s has no tokenizer.json: save the model with a fast tokenizer (transformers", folder.location())
              + " writes it with tokenizer.save_pretrained).");
    }
    return of(folder.text("tokenizer.json"), TokenizerConfig.of(folder), folder.location());
  }

  private static Tokenizer of(String json, TokenizerConfig config, String location)
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
      return new Tokenizer(HuggingFaceTokenizer.newInstance(bytes, options), config, location);
    } catch (InputException e) { // of the config beside it
      throw e;
    } catch (RuntimeException e) {
      throw new InputException(
          Words.format("%s/tokenizer.json can't be read as a tokenizer: %s", location, e.getMessage()),
          e);
    }
  }

  private OptionalInt special(TokenizerConfig config, String key) {
    return config.token(key).stream().mapToInt(text -> idOf(text, key)).findFirst();
  }

  /**
   * The one token that a special text stands for.
   *
   * @param text for example {@code <|endoftext|>}
   * @param what the setting that named it, for the message
   * @throws InputException if the tokenizer makes anything but one token of it
   */
  public int idOf(String text, String what) {
    long[] ids = tokenizer.encode(text, false, false).getIds();
    if (ids.length != 1) {
      throw new InputException(
          Words.format("%s '%s' is %d tokens in the tokenizer of %s, not one: name a special token.", what, text, ids.length, location));
    }
    return (int) ids[0];
  }

  /** All tokens of a text, without special tokens. */
  public int[] encode(String text) {
    long[] ids = tokenizer.encode(text, false, false).getIds();
    int[] tokens = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      tokens[i] = (int) ids[i];
    }
    return tokens;
  }

  /** The text of tokens, special ones included. */
  public String decode(int... tokens) {
    long[] ids = new long[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      ids[i] = tokens[i];
    }
    return tokenizer.decode(ids, false);
  }

  /** The beginning-of-sequence token, if the tokenizer names one. */
  public OptionalInt bos() {
    return bos;
  }

  /** The end-of-sequence token, if the tokenizer names one. */
  public OptionalInt eos() {
    return eos;
  }

  /** Whether encoding with special tokens puts BOS in front. */
  public boolean addsBos() {
    return addsBos;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
