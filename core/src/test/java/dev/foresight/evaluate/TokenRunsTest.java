package dev.foresight.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenRunsTest {
  private final Random random = new Random(5);

  private int[] text(int length) {
    return random.ints(length, 0, 1000).toArray();
  }

  private static Set<Long> shared(int[] one, int[] other) {
    Set<Long> wanted = Arrays.stream(TokenRuns.aligned(one)).boxed().collect(Collectors.toSet());
    Set<Long> found = new TreeSet<>();
    TokenRuns.find(other, wanted, found);
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 32, 50})
  void passageOfTwiceTheLengthIsFoundWhereverItWasCut(int place) {
    int[] one = text(200);
    int[] other = text(200);
    System.arraycopy(one, 70, other, place, 2 * TokenRuns.LENGTH - 1);
    assertThat(shared(one, other)).isNotEmpty();
  }

  @Test
  void textsThatShareLessThanARunShareNothing() {
    int[] one = text(400);
    int[] other = text(400);
    System.arraycopy(one, 64, other, 64, TokenRuns.LENGTH - 1);
    assertThat(shared(one, other)).isEmpty();
    assertThat(shared(one, one)).hasSize(400 / TokenRuns.LENGTH);
  }

  @Test
  void textShorterThanARunHasNone() {
    assertThat(TokenRuns.aligned(text(31))).isEmpty();
    assertThat(shared(text(320), text(31))).isEmpty();
  }
}
