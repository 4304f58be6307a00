package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.sketch.SampledToken;
import dev.foresight.spark.store.StoredFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrefixPartTest {
  private static final StoredFile A = new StoredFile("sequences/a.parquet", 1, "a".repeat(64));
  private static final StoredFile B = new StoredFile("sequences/b.parquet", 1, "b".repeat(64));

  private static SampledToken token(String shard, long sequence, int position) {
    return new SampledToken(shard, sequence, position);
  }

  private static List<PrefixPart> parts(int length, SampledToken... tokens) {
    return PrefixPart.of(List.of(tokens), Map.of("a", A, "b", B), length, "store");
  }

  @Test
  void rowsOfPartAscendAndKnowTheirPlacesInTheSearch() {
    List<PrefixPart> parts =
        parts(8, token("b", 5, 0), token("a", 9, 7), token("a", 2, 3), token("a", 9, 1));
    assertThat(parts).hasSize(2);
    PrefixPart a = parts.get(0);
    assertThat(a.shard()).isEqualTo("a");
    assertThat(a.file()).isEqualTo(A);
    assertThat(a.sequences()).containsExactly(2, 9);
    assertThat(a.rows()).containsExactly(3, 8 + 1, 8 + 7);
    assertThat(a.places()).containsExactly(2, 3, 1);
    assertThat(parts.get(1).number()).isEqualTo(1);
    assertThat(parts.get(1).places()).containsExactly(0);
  }

  @Test
  void partsHoldAboutTwoThousandTokensAndEveryPlaceOnce() {
    List<SampledToken> tokens = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      tokens.add(token("a", 3L * (i * 7 % 40), i % 512));
    }
    List<PrefixPart> parts = parts(512, tokens.toArray(SampledToken[]::new));
    assertThat(parts).hasSize(10).allMatch(part -> part.sequences().length == 4);
    assertThat(parts.stream().flatMapToInt(part -> java.util.Arrays.stream(part.places())))
        .containsExactlyInAnyOrderElementsOf(
            java.util.stream.IntStream.range(0, 40).boxed().toList());
  }

  @Test
  void sequenceLongerThanPartIsPartOfItsOwn() {
    assertThat(parts(4096, token("a", 0, 1), token("a", 1, 1))).hasSize(2);
  }

  @Test
  void shardWhoseTextWasNotKeptIsRefused() {
    assertThatThrownBy(
            () -> PrefixPart.of(List.of(token("b", 0, 1)), Map.of("a", A), 8, "the-store"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("The store the-store has not kept the text of shard b");
  }
}
