package dev.foresight.jobs.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Settings of commands as a file gives them, in HOCON: {@code quantize.bits = 3}, or a list for an
 * option that may be repeated.
 *
 * @param name what messages call it
 * @param values the file's content, all substitutions made
 */
record SettingsFile(String name, Config values) {
  /** Files that every build carries, by name: {@code conf/recipes}. */
  static final List<String> RECIPES =
      List.of("awq-4bit", "faq-3bit", "foresight-3bit", "imatrix-only");

  SettingsFile {
    values
        .entrySet()
        .forEach(
            entry -> {
              if (entry.getValue() instanceof ConfigList list && !isPlain(list)) {
                throw new InputException(
                    Words.format(
                        "%s in %s is a list that is empty or holds more than plain values: write values, in quotes where they have commas, or leave it out.",
                        entry.getKey(), name));
              }
            });
  }

  private static boolean isPlain(ConfigList list) {
    return !list.isEmpty()
        && list.stream()
            .allMatch(
                value ->
                    value.valueType() == ConfigValueType.STRING
                        || value.valueType() == ConfigValueType.NUMBER
                        || value.valueType() == ConfigValueType.BOOLEAN);
  }

  /**
   * @param given a recipe's name, or the path of a file
   * @throws InputException if there is no such file, or it is damaged
   */
  static SettingsFile of(String given) {
    try {
      if (RECIPES.contains(given)) {
        return recipe(given);
      }
      File file = new File(given);
      if (!file.isFile()) {
        throw new InputException(
            Words.format(
                "There is no settings file %s: name a file that is there, or a recipe: %s.",
                given, String.join(", ", RECIPES)));
      }
      return new SettingsFile(given, ConfigFactory.parseFile(file).resolve());
    } catch (ConfigException e) {
      throw new InputException(
          Words.format("Settings file %s is damaged: %s", given, e.getMessage()), e);
    }
  }

  private static SettingsFile recipe(String name) {
    String resource = "/dev/foresight/jobs/conf/recipes/" + name + ".conf";
    try (Reader in =
        new InputStreamReader(
            SettingsFile.class.getResourceAsStream(resource), StandardCharsets.UTF_8)) {
      String origin = "recipe " + name;
      ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(origin);
      return new SettingsFile(origin, ConfigFactory.parseReader(in, options).resolve());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that the file says: {@code quantize.bits}. */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    values.entrySet().forEach(entry -> keys.add(entry.getKey().replace("\"", "")));
    return keys;
  }

  /** What the file says of a key, and in which line. */
  Optional<Setting> find(String key) {
    if (!values.hasPath(key)) {
      return Optional.empty();
    }
    ConfigValue value = values.getValue(key);
    String origin = Words.format("%s, line %d", name, value.origin().lineNumber());
    List<String> values =
        value instanceof ConfigList list
            ? list.stream().map(each -> each.unwrapped().toString()).toList()
            : List.of(value.unwrapped().toString());
    return Optional.of(new Setting(values, origin));
  }
}
