package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.model.Role;
import dev.foresight.spark.study.BlockProfile;
import java.io.IOException;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StudyPageTest {
  private static final String HOSTILE = "</script><script>alert(1)</script>";

  private static String page;
  private static JsonNode data;

  @BeforeAll
  static void make() throws IOException {
    page =
        StudyPage.of(
            SmallStudy.outcome(
                List.of(new BlockProfile.Profile(HOSTILE, 0, Role.values()[0], 0.5, 3))));
    // out of the page as a browser would take it
    int from = page.indexOf('{', page.indexOf("\"writer\":\"foresight\"") - 5);
    data = new ObjectMapper().readTree(page.substring(from));
  }

  @Test
  void pageNeedsNothingFromElsewhere() {
    assertThat(page)
        .doesNotContain("@DATA@")
        .doesNotContain("@VEGA@")
        .doesNotContain("@VEGA_LITE@");
    assertThat(page).doesNotContainPattern("<(script|link|img)[^>]+(src|href)=");
  }

  @Test
  void nameOfAShardDoesNotEndTheScript() {
    assertThat(page).doesNotContain(HOSTILE);
    assertThat(data.at("/profiles/0/shard").asText()).isEqualTo(HOSTILE);
  }

  /** Of two blocks: (0.2 + 0.6) / 2 and (0.1 + 0.3) / 2. */
  @Test
  void distancesAreMeansOverTheBlocks() {
    JsonNode distances = data.path("distances");
    assertThat(distances.size()).isEqualTo(1);
    assertThat(distances.at("/0/difference").asDouble()).isCloseTo(0.4, within(1e-12));
    assertThat(distances.at("/0/importance").asDouble()).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void everyCellIsThereOnce() {
    JsonNode cells = data.path("cells");
    assertThat(cells.size()).isEqualTo(8 * 2);
    JsonNode one =
        StreamSupport.stream(cells.spliterator(), false)
            .filter(c -> c.path("method").asText().equals("faq"))
            .filter(c -> c.path("calibrated_on").asText().equals("first 4"))
            .filter(c -> c.path("domain").asText().equals("legal"))
            .findFirst()
            .orElseThrow();
    assertThat(one.path("divergence").asDouble()).isEqualTo(0.205);
    assertThat(one.path("kind").asText()).isEqualTo("first");
    assertThat(one.path("bytes").asLong()).isEqualTo(1_234_567);
  }
}
