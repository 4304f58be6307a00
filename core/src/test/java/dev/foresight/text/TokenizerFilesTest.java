package dev.foresight.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.hostile.MemoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokenizers whose files contradict each other, against what transformers makes of them. */
class TokenizerFilesTest {
  private static final Path TINY = Path.of("../datasets/models/foresight-tiny");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** A row of tokenizer_golden.py (transformers 5.23.0). */
  record Golden(JsonNode row) {
    MemoryFolder folder() throws IOException {
      ObjectNode tokenizer = original();
      tokenizer.setAll((ObjectNode) row.get("tokenizer"));
      MemoryFolder folder =
          MemoryFolder.of("tokenizer.json", bytes(tokenizer))
              .with("tokenizer_config.json", bytes(row.get("config")));
      return row.get("map").isNull()
          ? folder
          : folder.with("special_tokens_map.json", bytes(row.get("map")));
    }

    @Override
    public String toString() {
      return row.get("name").asText();
    }
  }

  static List<Golden> goldens() throws IOException {
    List<Golden> all = new ArrayList<>();
    MAPPER
        .readTree(TokenizerFilesTest.class.getResource("/text/tokenizers.json"))
        .forEach(row -> all.add(new Golden(row)));
    return all;
  }

  private static ObjectNode original() throws IOException {
    return (ObjectNode) MAPPER.readTree(Files.readString(TINY.resolve("tokenizer.json")));
  }

  private static byte[] bytes(JsonNode json) {
    return json.toString().getBytes(UTF_8);
  }

  private static MemoryFolder tiny() throws IOException {
    return MemoryFolder.of("tokenizer.json", bytes(original()));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void idsAreThoseOfTransformers(Golden golden) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(golden.folder())) {
      int[] text = tokenizer.encode(golden.row().get("text").asText());
      IntStream dressed =
          IntStream.concat(
              IntStream.concat(Arrays.stream(tokenizer.prefix()), Arrays.stream(text)),
              Arrays.stream(tokenizer.suffix()));
      assertThat(dressed.toArray())
          .isEqualTo(MAPPER.convertValue(golden.row().get("ids"), int[].class));
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void namesAreThoseOfTransformers(Golden golden) throws IOException {
    TokenizerConfig config = TokenizerConfig.of(golden.folder());
    assertThat(config.token("bos_token").orElse("null"))
        .isEqualTo(golden.row().get("bos").asText());
    assertThat(config.token("eos_token").orElse("null"))
        .isEqualTo(golden.row().get("eos").asText());
  }

  @Test
  void sequencesBeginWithAllThatTheTokenizerPutsInFront() throws IOException {
    Golden two = goldens().stream().filter(g -> g.toString().startsWith("two")).findFirst().get();
    List<int[]> sequences = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.open(two.folder())) {
      var packer =
          new SequencePacker(
              new PackingSettings(4, Bos.AUTO, "none", 0), tokenizer, 9, sequences::add);
      packer.add(new int[] {11, 12, 13, 14});
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(
              () ->
                  new SequencePacker(
                      new PackingSettings(2, Bos.AUTO, "none", 0), tokenizer, 9, sequences::add))
          .withMessageContaining("--sequence-length 2 leaves no room behind the 2 tokens");
    }
    assertThat(sequences).containsExactly(new int[] {0, 2, 11, 12}, new int[] {0, 2, 13, 14});
  }

  @Test
  void tokenThatStandsBehindEveryTextEndsDocumentsWhereNoneIsNamed() throws IOException {
    Golden behind =
        goldens().stream().filter(g -> g.toString().equals("EOS behind")).findFirst().get();
    try (Tokenizer tokenizer = Tokenizer.open(behind.folder())) {
      assertThat(tokenizer.eos("--separator eos")).isEqualTo(1);
    }
  }

  @Test
  void eosThatOnlyTheModelsFilesKnowIsNamedInTheRefusal() throws IOException {
    for (String ids : List.of("0", "[0, 3]")) {
      MemoryFolder folder =
          tiny().with("generation_config.json", ("{\"eos_token_id\":" + ids + "}").getBytes(UTF_8));
      try (Tokenizer tokenizer = Tokenizer.open(folder)) {
        assertThatExceptionOfType(InputException.class)
            .isThrownBy(() -> tokenizer.eos("--separator eos"))
            .withMessage(
                "--separator eos needs the tokenizer's eos_token, and neither tokenizer_config.json nor"
                    + " special_tokens_map.json of m names one. The model's own eos_token_id is 0,"
                    + " '<|endoftext|>': add \"eos_token\": \"<|endoftext|>\" to"
                    + " tokenizer_config.json if that is the one.");
      }
    }
  }

  @Test
  void tokenBeyondTheModelsVocabularyIsRefusedByName() throws IOException {
    MemoryFolder folder = tiny().with("config.json", "{\"vocab_size\": 500}".getBytes(UTF_8));
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.encode("a")).hasSize(1);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> tokenizer.encode("Hello"))
          .withMessageContaining("token 3793 of 'ello', but the model has 500 (vocab_size");
    }
  }

  @Test
  void tokenThatAnotherFileAddsIsRefused() throws IOException {
    MemoryFolder added = tiny().with("added_tokens.json", "{\"<new>\": 4096}".getBytes(UTF_8));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Tokenizer.open(added))
        .withMessageContaining("m/added_tokens.json adds the token '<new>'");
    String decoder = "{\"added_tokens_decoder\": {\"0\": {\"content\": \"%s\"}}}";
    MemoryFolder known =
        added.with("tokenizer_config.json", decoder.formatted("<|endoftext|>").getBytes(UTF_8));
    Tokenizer.open(known).close(); // which counts before added_tokens.json
    MemoryFolder unknown =
        tiny().with("tokenizer_config.json", decoder.formatted("<other>").getBytes(UTF_8));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Tokenizer.open(unknown))
        .withMessageContaining("m/tokenizer_config.json adds the token '<other>'");
  }

  @Test
  void oldTokenizerModelAloneSaysHowToConvert() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Tokenizer.open(MemoryFolder.of("tokenizer.model", new byte[1])))
        .withMessageContaining("has no tokenizer.json, only tokenizer.model, which is not read")
        .withMessageContaining("AutoTokenizer.from_pretrained(folder).save_pretrained(folder)");
  }
}
