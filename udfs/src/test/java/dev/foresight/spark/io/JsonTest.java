package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  /** What has names of two words. */
  public record Thing(int firstSlice, String shardId) {}

  @Test
  void mapsOfEqualContentAreEqualText() throws JsonProcessingException {
    Map<String, Integer> one = new LinkedHashMap<>();
    Map<String, Integer> other = new LinkedHashMap<>();
    for (String key : new String[] {"b", "a", "ü", "B"}) {
      one.put(key, 1);
    }
    for (String key : new String[] {"ü", "B", "a", "b"}) {
      other.put(key, 1);
    }
    assertThat(Json.MAPPER.writeValueAsString(one))
        .isEqualTo(Json.MAPPER.writeValueAsString(other))
        .isEqualTo("{\"B\":1,\"a\":1,\"b\":1,\"ü\":1}");
  }

  @Test
  void wordsOfAFieldAreJoinedByUnderscores() throws JsonProcessingException {
    assertThat(Json.MAPPER.writeValueAsString(new Thing(1, "a")))
        .isEqualTo("{\"first_slice\":1,\"shard_id\":\"a\"}");
    assertThat(Json.MAPPER.readValue("{\"shard_id\":\"a\",\"first_slice\":1}", Thing.class))
        .isEqualTo(new Thing(1, "a"));
  }

  @Test
  void fieldThatNobodyKnowsIsRefused() {
    assertThatThrownBy(() -> Json.MAPPER.readValue("{\"firstSlice\":1}", Thing.class))
        .isInstanceOf(JsonProcessingException.class);
  }

  /** json.dumps of Python writes NaN, Infinity and -Infinity. */
  @Test
  void linesMayHoldWhatPythonWrites() throws JsonProcessingException {
    JsonNode line = Json.LINES.readTree("{\"a\": NaN, \"b\": Infinity, \"c\": -Infinity}");
    assertThat(line.path("a").asDouble()).isNaN();
    assertThat(line.path("b").asDouble()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(line.path("c").asDouble()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThatThrownBy(() -> Json.MAPPER.readTree("{\"a\": NaN}"))
        .isInstanceOf(JsonProcessingException.class);
  }

  /** Jackson's own limits: 20 million characters, 1,000 digits, 50,000 of a name, 1,000 deep. */
  @Test
  void lineMayBeLongerThanWhatJacksonTakes() throws JsonProcessingException {
    String longer = "x".repeat(20_000_001);
    assertThat(Json.LINES.readTree("{\"text\": \"" + longer + "\"}").path("text").asText())
        .hasSize(20_000_001);
    String digits = "1".repeat(1_001);
    assertThat(Json.LINES.readTree(digits).bigIntegerValue().toString()).isEqualTo(digits);
    String name = "n".repeat(50_001);
    assertThat(Json.LINES.readTree("{\"" + name + "\": 1}").path(name).asInt()).isEqualTo(1);
    String deep = "[".repeat(1_001) + "]".repeat(1_001);
    JsonNode node = Json.LINES.readTree(deep);
    int depth = 0;
    for (; node != null; node = node.get(0)) {
      depth++;
    }
    assertThat(depth).isEqualTo(1_001);
  }
}
