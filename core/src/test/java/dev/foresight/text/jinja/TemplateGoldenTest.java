package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.text.python.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nine hundred short templates, each to be what Python makes of it, or refused where Python
 * refuses: core/src/test/python/template_golden.py (transformers 5.24.0, Jinja2 3.1.6, Python
 * 3.11).
 */
class TemplateGoldenTest {
  /** What Python renders and is refused here, each with its reason; all else is alike. */
  private static final Map<String, String> NOT_KNOWN =
      Map.ofEntries(
          Map.entry("{{ 2 ** -1 }}", "a power with the exponent -1 is not known here"),
          Map.entry("{{ '1__0' | int }}", "'1__0' as a number is not known here"),
          Map.entry("{{ 1 .real }}", "it writes a function as text"),
          Map.entry("{{ 'abc'.__class__ }}", "it asks for __class__, which templates may not"),
          Map.entry("{{ messages.__len__ }}", "it asks for __len__, which templates may not"),
          Map.entry(
              "{{ messages[0]['__class__'] }}", "it asks for __class__, which templates may not"),
          Map.entry("{{ 'abc'['a':] }}", "it cuts a slice at text"),
          Map.entry("{{ {}[[]] }}", "a list as a key of a dict is not known here"),
          Map.entry("{{ [1, 2, 3][1, 2] }}", "several subscripts at once are not known here"),
          Map.entry(
              "{{ range(3) == range(3) }}", "whether a range equals a range is not known here"),
          Map.entry(
              "{{ range == range }}", "whether a function equals a function is not known here"),
          Map.entry(
              "{{ ['\\U000e0001\\U0010ffff'] }}",
              "it writes a list with the character U+10FFFF, which this Java does not know"),
          Map.entry("{{ 2.0 is even }}", "'%' of fractions is not known here"),
          Map.entry("{{ 2.5 is odd }}", "'%' of fractions is not known here"),
          Map.entry("{#", "nothing ends a comment; #} does"),
          Map.entry("{% set loop = 2 %}{{ loop }}", "loop can't be given a value"),
          Map.entry(
              "{% macro f() %}{{ varargs }}{% endmacro %}{{ f(1, 2) }}",
              "it calls the macro f with 2 arguments, which is not known here"));

  /** A template and what Python writes; null where it refuses. */
  record Golden(String template, String text) {}

  private static final Map<String, List<Golden>> GROUPS = new LinkedHashMap<>();

  @BeforeAll
  static void read() throws IOException {
    if (!GROUPS.isEmpty()) {
      return;
    }
    try (var in = TemplateGoldenTest.class.getResourceAsStream("/text/templates.json")) {
      for (JsonNode row : new ObjectMapper().readTree(in)) {
        GROUPS
            .computeIfAbsent(row.get(0).asText(), group -> new ArrayList<>())
            .add(new Golden(row.get(1).asText(), row.get(2).textValue()));
      }
    }
  }

  static Stream<String> groups() throws IOException {
    read();
    return GROUPS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("groups")
  void templateIsWorthWhatPythonGivesForIt(String group) {
    List<String> unlike = new ArrayList<>();
    for (Golden golden : GROUPS.get(group)) {
      String text;
      try {
        text = Rendered.of(golden.template());
      } catch (RefusedException e) {
        text = NOT_KNOWN.containsKey(golden.template()) ? golden.text() : null;
      }
      if (!Objects.equals(text, golden.text())) {
        unlike.add(golden.template() + " is " + text + " and for Python " + golden.text());
      }
    }
    assertThat(unlike).isEmpty();
  }

  @Test
  void whatIsNotKnownHereIsRefusedAndSaysSo() {
    Set<String> rendered = new HashSet<>();
    GROUPS
        .values()
        .forEach(
            group ->
                group.stream()
                    .filter(golden -> golden.text() != null)
                    .forEach(golden -> rendered.add(golden.template())));
    NOT_KNOWN.forEach(
        (template, why) -> {
          assertThat(rendered).as("Python renders it").contains(template);
          Rendered.assertRefused(template, "line 1: " + why);
        });
  }
}
