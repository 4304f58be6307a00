package dev.foresight.spark.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.evaluate.task.PromptTokens;
import dev.foresight.spark.judge.DocumentJudge.Chunk;
import dev.foresight.spark.judge.DocumentJudge.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentJudgeTest {
  private static Tokens document(int number, int length) {
    PromptTokens prompt = new PromptTokens(new int[length], 1);
    return new Tokens(number, List.of(prompt, prompt));
  }

  private static List<List<Integer>> numbers(List<Chunk> chunks) {
    return chunks.stream()
        .map(chunk -> chunk.documents().stream().map(Tokens::number).toList())
        .toList();
  }

  @Test
  void documentsOfLikeLengthsShareAChunkOfAtMostSoManyTokens() {
    List<Tokens> documents = new ArrayList<>();
    int[] lengths = {3, 20, 4, 60, 3};
    for (int i = 0; i < lengths.length; i++) {
      documents.add(document(i, lengths[i]));
    }
    // the longest alone fills more than a chunk; 2 x 20 tokens leave room for 2 x 4, not for more
    assertThat(numbers(DocumentJudge.chunks(documents, 50)))
        .containsExactly(List.of(3), List.of(1, 2), List.of(0, 4));
  }
}
