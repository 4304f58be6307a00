package dev.foresight.spark.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Spark merges accumulators in any order, and runs tasks twice. */
class SeenTest {
  private static Seen of(String file, Map<String, Long> others) {
    Seen seen = new Seen();
    seen.add(file);
    seen.document();
    seen.others(others);
    return seen;
  }

  @Test
  void nothingIsZeroAndAnythingIsNot() {
    Seen seen = new Seen();
    assertThat(seen.isZero()).isTrue();
    seen.key();
    assertThat(seen.isZero()).isFalse();
    seen.reset();
    assertThat(seen.isZero()).isTrue();
    assertThat(of("a", Map.of()).isZero()).isFalse();
  }

  @Test
  void orderOfMergingDoesNotMatter() {
    Seen one = of("a", Map.of("body", 3L, "title", 5L));
    Seen two = of("b", Map.of("body", 4L, "id", 0L));
    Seen ab = one.copy();
    ab.merge(two);
    Seen ba = two.copy();
    ba.merge(one);
    assertThat(ab.value()).isEqualTo(ba.value()).containsExactly("a", "b");
    assertThat(ab.otherKeys()).isEqualTo(ba.otherKeys()).containsExactly("body", "id", "title");
    assertThat(ab.likelyKey()).as("3 + 4 > 5").contains("body").isEqualTo(ba.likelyKey());
  }

  @Test
  void copyIsApartFromItsOriginal() {
    Seen one = of("a", Map.of());
    one.copy().add("b");
    assertThat(one.value()).containsExactly("a");
  }

  @Test
  void keysAreAskedForUntilTheOneOfTheTextIsMet() {
    Seen seen = new Seen();
    for (int i = 0; i < 1000; i++) {
      assertThat(seen.wantsOthers()).isTrue();
      seen.others(Map.of());
    }
    assertThat(seen.wantsOthers()).as("a thousand rows are enough").isFalse();
    Seen met = new Seen();
    met.key();
    assertThat(met.wantsOthers()).isFalse();
  }

  @Test
  void rowsOfWildKeysDoNotFillTheDriver() {
    Seen seen = new Seen();
    for (int i = 0; i < 500; i++) {
      Map<String, Long> keys = new HashMap<>();
      keys.put("key " + i, 1L);
      seen.others(keys);
    }
    assertThat(seen.otherKeys()).hasSize(40);
    seen.others(Map.of("key 0", 100L));
    assertThat(seen.likelyKey()).as("known ones still grow").contains("key 0");
  }

  @Test
  void keyWithoutTextIsNotLikely() {
    assertThat(of("a", Map.of("id", 0L)).likelyKey()).isEmpty();
    assertThat(new Seen().likelyKey()).isEmpty();
  }
}
