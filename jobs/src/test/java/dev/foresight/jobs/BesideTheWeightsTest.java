package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model folders that hold more than weights, config and tokenizer. */
class BesideTheWeightsTest {
  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void copyModel() throws IOException {
    model = Files.createDirectory(folder.resolve("m"));
    try (Stream<Path> files = Files.list(Cli.TINY)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
  }

  private void write(String path, String text) throws IOException {
    Path file = model.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Cli.Result quantize() {
    return Cli.run(
        "quantize",
        "--master",
        "local[2]",
        "--model",
        model,
        "--method",
        "rtn",
        "--bits",
        4,
        "--group",
        64,
        "--out",
        folder.resolve("out"));
  }

  @Test
  void everyFileIsCopiedOrNamed() throws IOException {
    write("additional_chat_templates/tool_use.jinja", "{{ messages }}");
    write("vocab.txt", "a\nb\n");
    write("model-q4.gguf", "GGUF");
    write("style/adapter_config.json", "{}");
    write("style/adapter_model.safetensors", "x");
    Cli.Result result = quantize();
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("Left behind, not read together with these weights: model-q4.gguf, style/")
        .contains("Note: style/ holds an adapter, which is no part of what was quantized");
    Path out = folder.resolve("out");
    assertThat(out.resolve("additional_chat_templates/tool_use.jinja"))
        .hasContent("{{ messages }}");
    JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
    assertThat(report.get("left_behind"))
        .extracting(JsonNode::asText)
        .containsExactly("model-q4.gguf", "style/");
    assertThat(report.get("files").fieldNames())
        .toIterable()
        .contains("additional_chat_templates/tool_use.jinja", "vocab.txt", "tokenizer.json")
        .doesNotContain("model-q4.gguf");
  }

  @Test
  void adapterIsRefusedByEveryCommandThatReadsTheModel() throws IOException {
    write("adapter_config.json", "{\"peft_type\": \"LORA\"}");
    write("adapter_model.safetensors", "x");
    Path text = Files.writeString(folder.resolve("t.txt"), "Some text.");
    List<Cli.Result> results =
        List.of(
            quantize(),
            Cli.run("inspect", "--model", model),
            Cli.run("run", "--model", model, "--text", text),
            Cli.run("evaluate", "--master", "local[2]", "--model", model, "--data", text),
            Cli.run(
                "calibrate",
                "--master",
                "local[2]",
                "--model",
                model,
                "--corpus",
                text,
                "--sketches",
                folder.resolve("s")));
    for (Cli.Result result : results) {
      assertThat(result.exitCode()).as(result.out()).isEqualTo(3);
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.err()).contains("holds an adapter (adapter_config.json, LORA)", "Merge it");
    }
    assertThat(folder.resolve("out")).doesNotExist();
    assertThat(folder.resolve("s")).doesNotExist();
  }

  @Test
  void beginningOfATextIsWhatTheTokenizerPutsThere() throws IOException {
    // tokenizer.json puts BOS in front, and nothing else names one
    String tokenizer = Files.readString(model.resolve("tokenizer.json"));
    JsonNode json = new ObjectMapper().readTree(tokenizer);
    ((com.fasterxml.jackson.databind.node.ObjectNode) json)
        .set(
            "post_processor",
            new ObjectMapper()
                .readTree(
                    """
                    {"type": "TemplateProcessing",
                     "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}},
                                {"Sequence": {"id": "A", "type_id": 0}}],
                     "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                              {"Sequence": {"id": "B", "type_id": 1}}],
                     "special_tokens": {"<|endoftext|>":
                         {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}}}"""));
    Files.writeString(model.resolve("tokenizer.json"), json.toString());
    Files.writeString(model.resolve("tokenizer_config.json"), "{}");
    Cli.Result result =
        Cli.run(
            "evaluate",
            "--master",
            "local[2]",
            "--model",
            model,
            "--data",
            Cli.TINY.resolve("README.md"),
            "--window",
            64,
            "--windows",
            2);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("BOS once");
  }
}
