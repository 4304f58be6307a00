package dev.foresight.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.onnx.graph.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The golden Qwen3 model: 96 tokens, 64 positions. */
class GeneratorTest {
  private static final Sampling WARM = new Sampling(1.5, 0, 1, 0, 1);
  private static Model model;
  private static BlockCache cache;
  private static CachedModel cached;

  @BeforeAll
  static void open() throws IOException {
    model = new GoldenModel("qwen3").open();
    cache = BlockCache.temporary();
    cached = new CachedModel(model, Precision.FP32, 1, cache);
  }

  @AfterAll
  static void close() throws IOException {
    cached.close();
    cache.close();
    model.close();
  }

  private static Prompt prompt(String id, int... tokens) {
    return new Prompt(id, tokens);
  }

  private static Generator.Settings settings(
      Sampling sampling, int candidates, int maxTokens, int batch, Integer... stops) {
    return new Generator.Settings(sampling, 5, candidates, maxTokens, Set.of(stops), batch);
  }

  private static List<List<Continuation>> generate(Generator.Settings settings, Prompt... prompts) {
    return new Generator(cached, settings).generate(List.of(prompts));
  }

  private static List<List<Integer>> texts(List<List<Continuation>> written) {
    List<List<Integer>> texts = new ArrayList<>();
    for (List<Continuation> each : written) {
      for (Continuation one : each) {
        texts.add(java.util.Arrays.stream(one.tokens()).boxed().toList());
      }
    }
    return texts;
  }

  @Test
  void stopTokenEndsATextAndIsItsLast() {
    Generator.Settings all = settings(Sampling.GREEDY, 1, 20, 1);
    int[] free = generate(all, prompt("a", 4, 9)).get(0).get(0).tokens();
    int third = free[2];
    Continuation stopped =
        generate(settings(Sampling.GREEDY, 1, 20, 1, third), prompt("a", 4, 9)).get(0).get(0);
    int first = 0;
    while (free[first] != third) {
      first++;
    }
    assertThat(stopped.end()).isEqualTo(Continuation.End.STOP);
    assertThat(stopped.tokens()).hasSize(first + 1).endsWith(third);
    assertThat(stopped.logProbabilities()).hasSize(first + 1);
  }

  @Test
  void textEndsWhereTheModelHasNoMorePositions() {
    int[] long61 = new int[61];
    java.util.Arrays.fill(long61, 7);
    Continuation written =
        generate(settings(Sampling.GREEDY, 1, 20, 1), prompt("a", long61)).get(0).get(0);
    assertThat(written.tokens()).hasSize(3);
    assertThat(written.end()).isEqualTo(Continuation.End.LENGTH);
  }

  @Test
  void candidatesOfOnePromptDifferByChance() {
    List<List<Integer>> texts = texts(generate(settings(WARM, 4, 12, 4), prompt("a", 4, 9)));
    assertThat(texts).hasSize(4).doesNotHaveDuplicates();
  }

  /** Neighbours, their number, and the places that a text moves through change nothing. */
  @Test
  void textOfAPromptIsTheSameWhateverRunsBesideIt() {
    Prompt one = prompt("one", 4, 9);
    Prompt two = prompt("two", 30, 31, 32, 33, 34, 35, 36);
    Prompt three = prompt("three", 50);
    List<List<Integer>> alone = new ArrayList<>();
    for (Prompt each : List.of(one, two, three)) {
      alone.addAll(texts(generate(settings(WARM, 2, 12, 2), each)));
    }
    assertThat(texts(generate(settings(WARM, 2, 12, 2), one, two, three))).isEqualTo(alone);
    assertThat(texts(generate(settings(WARM, 2, 12, 5), one, two, three))).isEqualTo(alone);
    assertThat(texts(generate(settings(WARM, 2, 12, 16), one, two, three))).isEqualTo(alone);
  }

  /** With a stop token texts end at different times, so that places change hands. */
  @Test
  void placesThatBecomeFreeGoToTheNextPromptAndChangeNothing() {
    Prompt[] prompts = new Prompt[7];
    for (int i = 0; i < prompts.length; i++) {
      prompts[i] = prompt("p" + i, 3 + i, 20 + i);
    }
    Integer[] stops = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    List<List<Integer>> alone = new ArrayList<>();
    for (Prompt each : prompts) {
      alone.addAll(texts(generate(settings(WARM, 1, 30, 1, stops), each)));
    }
    assertThat(alone.stream().map(List::size).distinct().count()).isGreaterThan(2);
    assertThat(texts(generate(settings(WARM, 1, 30, 3, stops), prompts))).isEqualTo(alone);
  }

  @Test
  void nothingIsWrittenForNoPrompt() {
    assertThat(generate(settings(WARM, 1, 4, 2))).isEmpty();
  }

  @Test
  void emptyPromptIsRefused() {
    assertThatThrownBy(() -> generate(settings(WARM, 1, 4, 2), prompt("void")))
        .isInstanceOf(InputException.class)
        .hasMessage("The prompt void has no tokens: give it a text.");
  }

  @Test
  void promptThatLeavesNoPositionIsRefused() {
    assertThatThrownBy(() -> generate(settings(WARM, 1, 4, 2), prompt("long", new int[64])))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("The prompt long is 64 tokens, and ")
        .hasMessageEndingWith(" has 64 positions: nothing can follow it. Shorten it.");
  }

  @Test
  void tokenBeyondTheVocabularyIsRefused() {
    assertThatThrownBy(() -> generate(settings(WARM, 1, 4, 2), prompt("far", 4, 96)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Token id 96 at position 1");
  }

  @Test
  void numbersThatMustBePositiveAreRefusedByTheirOption() {
    assertThatThrownBy(() -> settings(WARM, 0, 4, 2))
        .hasMessage("--candidates is 0, but must be positive.");
    assertThatThrownBy(() -> settings(WARM, 1, 0, 2))
        .hasMessage("--max-tokens is 0, but must be positive.");
    assertThatThrownBy(() -> settings(WARM, 1, 4, -1))
        .hasMessage("--batch is -1, but must be positive.");
  }
}
