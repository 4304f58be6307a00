package dev.foresight.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.onnx.graph.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of golden models that several users share. */
class CachedModelTest {
  private static final Generator.Settings GREEDY =
      new Generator.Settings(Sampling.GREEDY, 0, 1, 20, Set.of(), 2);

  @TempDir private Path folder;

  private static List<List<Continuation>> generate(CachedModel cached, Prompt... prompts) {
    return new Generator(cached, GREEDY).generate(List.of(prompts));
  }

  private static int[] tokens(CachedModel cached, int... prompt) {
    return generate(cached, new Prompt("a", prompt)).get(0).get(0).tokens();
  }

  @Test
  void threadsWithDecodersOfTheirOwnShareIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Model model = new GoldenModel("qwen3").open();
        BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache)) {
      List<Future<int[]>> running = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int begin = 10 + i;
        running.add(threads.submit(() -> tokens(cached, begin, 4)));
      }
      for (int i = 0; i < running.size(); i++) {
        assertThat(running.get(i).get()).isEqualTo(tokens(cached, 10 + i, 4));
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void convertedBlocksAndHeadAreReadAgainAndNotWrittenAgain() throws IOException {
    BlockCache cache = BlockCache.of(folder, "feed");
    int[] before;
    try (Model model = new GoldenModel("gemma2").open();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache)) {
      before = tokens(cached, 5, 6);
    }
    FileTime past = FileTime.fromMillis(1_000_000_000_000L);
    for (String file : List.of("block-00000.fp32", "block-00001.fp32", "head.fp32")) {
      Files.setLastModifiedTime(cache.folder().resolve(file), past);
    }
    try (Model model = new GoldenModel("gemma2").open();
        CachedModel cached =
            new CachedModel(model, Precision.FP32, 1, BlockCache.of(folder, "feed"))) {
      assertThat(tokens(cached, 5, 6)).isEqualTo(before);
    }
    assertThat(Files.getLastModifiedTime(cache.folder().resolve("head.fp32"))).isEqualTo(past);
    assertThat(Files.getLastModifiedTime(cache.folder().resolve("block-00001.fp32")))
        .isEqualTo(past);
  }

  @Test
  void weightOfABlockThatIsNoNumberIsRefusedByName() throws IOException {
    try (Model model =
            new GoldenModel("qwen3")
                .open(
                    (name, values) -> {
                      if (name.equals("model.layers.1.mlp.up_proj.weight")) {
                        values[70] = Float.NaN;
                      }
                    });
        BlockCache cache = BlockCache.temporary()) {
      assertThatThrownBy(() -> new CachedModel(model, Precision.FP32, 1, cache))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("model.layers.1.mlp.up_proj.weight")
          .hasMessageContaining("NaN");
    }
  }

  /** One bound by itself, one by the settings, one by the 64 positions of the model. */
  @Test
  void eachPromptHasItsOwnBound() throws IOException {
    try (Model model = new GoldenModel("qwen3").open();
        BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache)) {
      List<List<Continuation>> written =
          generate(
              cached,
              new Prompt("a", new int[] {4, 9}, 3),
              new Prompt("b", new int[] {4, 9}, 500),
              new Prompt("c", new int[60], 500));
      assertThat(written.get(0).get(0).tokens()).hasSize(3);
      assertThat(written.get(1).get(0).tokens())
          .hasSize(20)
          .startsWith(written.get(0).get(0).tokens());
      assertThat(written.get(2).get(0).tokens()).hasSize(4);
      assertThat(written)
          .allSatisfy(each -> assertThat(each.get(0).end()).isEqualTo(Continuation.End.LENGTH));
    }
  }
}
