package dev.foresight.spark.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.generate.CachedModel;
import dev.foresight.generate.Continuation;
import dev.foresight.generate.Generator;
import dev.foresight.generate.Prompt;
import dev.foresight.generate.Sampling;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.io.Json;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** The task by itself, with the demo model. */
class GroupWriterTest {
  private static final Path TINY = Path.of("../datasets/models/foresight-tiny");
  private static final Generator.Settings SETTINGS =
      new Generator.Settings(new Sampling(0.9, 0, 1, 0, 1), 4, 2, 6, Set.of(0), 4);

  @TempDir private Path folder;

  private GroupFile.Part write(long group, NumberedPrompt... prompts) throws IOException {
    Execution execution =
        new Execution(
            Execution.Memory.RESIDENT, Precision.FP32, folder.resolve("cache").toString());
    ExecutorModel.Key key = new ExecutorModel.Key(TINY.toString(), "writer", execution, 1);
    return new GroupWriter(key, SETTINGS, folder.resolve("out").toString(), CalibratedLlama.conf())
        .call(new Tuple2<>(group, List.of(prompts)));
  }

  private List<JsonNode> lines(GroupFile.Part part) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("out").resolve(part.name()))) {
      lines.add(Json.LINES.readTree(line));
    }
    return lines;
  }

  private static List<List<Continuation>> byHand(Prompt... prompts) throws IOException {
    try (Model model = Model.open(new LocalModelFolder(TINY));
        BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache)) {
      return new Generator(cached, SETTINGS).generate(List.of(prompts));
    }
  }

  @Test
  void eachCandidateOfEachPromptIsALineOfWhatTheModelWrites() throws IOException {
    NumberedPrompt sky = NumberedPrompt.of("day", "The sky").at(16);
    NumberedPrompt moon = NumberedPrompt.of("night", "At midnight the").at(17);
    GroupFile.Part part = write(1, sky, moon);
    assertThat(part.name()).isEqualTo("text/part-00001.jsonl");
    assertThat(part.lines()).isEqualTo(4);
    List<JsonNode> lines = lines(part);
    try (Tokenizer tokenizer = Tokenizer.open(new LocalModelFolder(TINY))) {
      List<List<Continuation>> written =
          byHand(
              new Prompt(sky.id(), tokenizer.prompt(sky.text())),
              new Prompt(moon.id(), tokenizer.prompt(moon.text())));
      for (int i = 0; i < 4; i++) {
        Continuation wanted = written.get(i / 2).get(i % 2);
        NumberedPrompt prompt = i < 2 ? sky : moon;
        JsonNode line = lines.get(i);
        assertThat(line.get("text").asText()).isEqualTo(tokenizer.plainText(wanted.tokens()));
        assertThat(line.get("prompt").asText()).isEqualTo(prompt.text());
        assertThat(line.get("shard").asText()).isEqualTo(prompt.shard());
        assertThat(line.get("id").asText()).isEqualTo(prompt.id());
        assertThat(line.get("candidate").asInt()).isEqualTo(i % 2);
        assertThat(line.get("tokens").asInt()).isEqualTo(wanted.tokens().length);
        assertThat(line.get("log_probability").asDouble())
            .isCloseTo(wanted.meanLogProbability(), within(1e-12));
        assertThat(line.get("end").asText())
            .isEqualTo(wanted.end() == Continuation.End.STOP ? "stop" : "length");
      }
    }
  }

  @Test
  void fileThatIsThereIsTakenAsItIs() throws IOException {
    NumberedPrompt sky = NumberedPrompt.of("day", "The sky");
    Files.createDirectories(folder.resolve("out/text"));
    Files.writeString(folder.resolve("out/text/part-00002.jsonl"), "{\"tokens\": 9}\n");
    GroupFile.Part part = write(2, sky);
    assertThat(part.fresh()).isFalse();
    assertThat(part.tokens()).isEqualTo(9);
    assertThat(write(3, sky).fresh()).isTrue();
  }

  @Test
  void promptThatIsTooLongIsNamedByItsBeginningAndWritesNothing() {
    NumberedPrompt sky = NumberedPrompt.of("day", "The sky");
    NumberedPrompt far = NumberedPrompt.of("night", "word ".repeat(5000));
    assertThatThrownBy(() -> write(0, sky, far))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("The prompt of shard night that begins 'word word ")
        .hasMessageContaining("has 2048 positions: nothing can follow it");
    assertThat(folder.resolve("out/text/part-00000.jsonl")).doesNotExist();
  }
}
