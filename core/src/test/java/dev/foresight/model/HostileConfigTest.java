package dev.foresight.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.hostile.HostileCases;
import dev.foresight.hostile.HostileCases.Case;
import dev.foresight.hostile.MemoryFolder;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** config.json of every family, spoilt by the thousand. */
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileConfigTest {
  private static final List<String> FOLDERS =
      List.of(
          "gemma2",
          "gemma3",
          "gemma3_text",
          "llama",
          "llama-linear",
          "llama-llama3",
          "llama-yarn",
          "mistral",
          "phi3",
          "qwen2",
          "qwen3");

  /** A good model, and its config as an object. */
  private record Good(Checkpoint checkpoint, ObjectNode config, byte[] text) {
    static Good of(String name) {
      LocalModelFolder folder = new LocalModelFolder(Path.of("src/test/resources/onnx", name));
      try {
        String text = folder.text(ModelConfig.FILE);
        return new Good(
            Checkpoints.open(folder), StrictJson.object(name, text), text.getBytes(UTF_8));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @Test
  void spoiltConfigIsReadOrRefused() {
    List<Good> goods = FOLDERS.stream().map(Good::of).toList();
    HostileCases.run(
        "config.json",
        spoiler -> {
          Good good = spoiler.pick(goods);
          byte[] spoilt =
              spoiler.pick(5) == 0 ? spoiler.bytes(good.text()) : spoiler.json(good.config());
          return new Case(spoilt.length, () -> read(good.checkpoint(), spoilt));
        });
  }

  /** All that is computed from a config before the first weight is read, and the angles. */
  private static void read(Checkpoint checkpoint, byte[] text) throws IOException {
    Model model = Model.of(MemoryFolder.of(ModelConfig.FILE, text), checkpoint);
    for (Rope rope : model.config().ropes()) {
      rope.inverseFrequencies(model.config().headDimension(), 8);
    }
  }
}
