package dev.foresight.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowsTest {
  private static final int[] TEXT = IntStream.range(0, 23).toArray();

  @Test
  void windowsAreSpacedOverTheWholeText() {
    // [i * 7 // 3 for i in range(3)] of the 7 windows of 3 tokens: 0, 2, 4
    assertThat(Windows.evenlySpaced(TEXT, 3, 3))
        .isDeepEqualTo(new int[][] {{0, 1, 2}, {6, 7, 8}, {12, 13, 14}});
  }

  @Test
  void zeroOrMoreThanThereAreMeansAllAndDropsTheRest() {
    int[][] all = Windows.evenlySpaced(TEXT, 5, 0);
    assertThat(all).hasNumberOfRows(4);
    assertThat(all[3]).containsExactly(15, 16, 17, 18, 19);
    assertThat(Arrays.deepEquals(Windows.evenlySpaced(TEXT, 5, 99), all)).isTrue();
  }

  @Test
  void textShorterThanAWindowIsRefused() {
    assertThatThrownBy(() -> Windows.evenlySpaced(TEXT, 24, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("23 tokens")
        .hasMessageContaining("--window of 24");
  }

  @Test
  void windowWithNothingToPredictIsRefused() {
    assertThatThrownBy(() -> Windows.evenlySpaced(TEXT, 1, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--window of 1");
  }
}
