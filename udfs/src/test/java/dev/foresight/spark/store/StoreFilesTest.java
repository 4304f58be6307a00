package dev.foresight.spark.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of a store's files. */
class StoreFilesTest {
  @ParameterizedTest
  @CsvSource({ // Python 3.11: urllib.parse.quote_plus, and %2E and %5F in front
    "legal, legal",
    "'a/b c', a%2Fb+c",
    "part[1], part%5B1%5D",
    "été 100%, %C3%A9t%C3%A9+100%25",
    "_x, %5Fx",
    ".., %2E."
  })
  void idThatFitsKeepsItsName(String shard, String name) {
    assertThat(StoreFiles.slug(shard)).isEqualTo(name);
  }

  @Test
  void longIdsAreCutAndToldApartByTheirHash() {
    String common = "数据".repeat(80); // 1,440 characters when encoded
    List<String> names = List.of(StoreFiles.slug(common + "1"), StoreFiles.slug(common + "2"));
    assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.length() <= 160);
    // printf '%s1' "$common" | sha256sum
    assertThat(names.get(0)).startsWith("%E6%95%B0%E6").endsWith("%2D8e037b9159df28ee");
    assertThat(names.get(0)).doesNotContainPattern("%.?%");
  }
}
