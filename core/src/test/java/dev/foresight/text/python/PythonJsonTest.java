package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code json.dumps(…, ensure_ascii=False)} of Python 3.11, which transformers calls. */
class PythonJsonTest {
  private static String json(Object value, Map<String, Object> named) {
    return PythonJson.filter(value, new Arguments(List.of(), named));
  }

  private static String json(Object value) {
    return json(value, Map.of());
  }

  private static Map<String, Object> dict(Object... keysAndValues) {
    Map<String, Object> dict = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      dict.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return dict;
  }

  @Test
  void scalarsAreThoseOfJsonAndTheThreeThatPythonAdds() {
    assertThat(json(Arrays.asList(null, true, false, 1L, -1.5, 1e16, 0.1)))
        .isEqualTo("[null, true, false, 1, -1.5, 1e+16, 0.1]");
    assertThat(json(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)))
        .isEqualTo("[NaN, Infinity, -Infinity]");
  }

  @Test
  void onlyControlsQuotesAndBackslashesAreEscaped() {
    assertThat(json("\"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028é😀<>&'"))
        .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028é😀<>&'\"");
  }

  @Test
  void asciiAloneIsWrittenIfItIsAskedFor() {
    assertThat(json("é\u007f😀~", Map.of("ensure_ascii", true)))
        .isEqualTo("\"\\u00e9\\u007f\\ud83d\\ude00~\"");
  }

  @Test
  void indentBreaksLinesButNotWhatIsEmpty() {
    Object value = List.of(1L, dict("a", List.of(), "b", Map.of()), List.of(2L));
    assertThat(json(value, Map.of("indent", 1L)))
        .isEqualTo("[\n 1,\n {\n  \"a\": [],\n  \"b\": {}\n },\n [\n  2\n ]\n]");
    assertThat(json(List.of(1L, 2L), Map.of("indent", 0L))).isEqualTo("[\n1,\n2\n]");
    assertThat(json(List.of(1L), Map.of("indent", "\t"))).isEqualTo("[\n\t1\n]");
    assertThat(json(List.of(1L), Map.of("indent", -3L))).isEqualTo("[\n1\n]");
  }

  @Test
  void separatorsAreTakenAsTheyAre() {
    PythonValues.Tuple pair = new PythonValues.Tuple(List.of(";", "="));
    assertThat(json(dict("a", 1L, "b", List.of(1L, 2L)), Map.of("separators", pair)))
        .isEqualTo("{\"a\"=1;\"b\"=[1;2]}");
  }

  @Test
  void keysAreSortedOnlyIfThatIsAskedFor() {
    Object value = dict("b", dict("z", 1L, "y", 2L), "a", 3L, "😀", 4L, "\uffff", 5L);
    assertThat(json(value)).startsWith("{\"b\": {\"z\": 1, \"y\": 2}, \"a\": 3");
    assertThat(json(value, Map.of("sort_keys", true)))
        .isEqualTo("{\"a\": 3, \"b\": {\"y\": 2, \"z\": 1}, \"\uffff\": 5, \"😀\": 4}");
  }

  @Test
  void numbersAndNoneAsKeysBecomeTexts() {
    Map<Object, Object> dict = new LinkedHashMap<>();
    dict.put(1L, "a");
    dict.put(null, "b");
    assertThat(json(dict)).isEqualTo("{\"1\": \"a\", \"null\": \"b\"}");
    assertThatThrownBy(() -> json(dict, Map.of("sort_keys", true)))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("have no order");
  }

  @Test
  void whatIsWrittenIsReadByOthersAsTheSame() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int point = 0; point < 0x3000; point++) {
      all.appendCodePoint(point);
    }
    for (boolean ascii : new boolean[] {false, true}) {
      String written = json(List.of(all.toString()), Map.of("ensure_ascii", ascii));
      assertThat(new ObjectMapper().readTree(written).get(0).asText()).isEqualTo(all.toString());
      assertThat(written.chars().allMatch(c -> c < 0x80)).isEqualTo(ascii);
    }
  }

  @Test
  void valueThatJsonDoesNotKnowIsRefused() {
    assertThatThrownBy(() -> json(List.of(new PythonValues.Undefined("'x'"))))
        .isInstanceOf(RefusedException.class)
        .hasMessage("'x' (not defined) can't be written as JSON");
    assertThatThrownBy(() -> json(new PythonValues.Range(0, 1, 1)))
        .hasMessage("a range can't be written as JSON");
    assertThatThrownBy(() -> json(new PythonValues.View("dict_keys", List.of())))
        .hasMessage("a view can't be written as JSON");
  }

  @Test
  void settingThatIsNotKnownIsRefused() {
    assertThatThrownBy(() -> json(1L, Map.of("indent", 1.5)))
        .hasMessage("tojson with a fraction as indent");
    assertThatThrownBy(() -> json(1L, Map.of("separators", List.of(","))))
        .hasMessage("tojson with separators that are no pair of texts");
    assertThatThrownBy(() -> json(1L, Map.of("skipkeys", true)))
        .hasMessage("it calls tojson with 1 arguments [skipkeys], which is not known here");
  }
}
