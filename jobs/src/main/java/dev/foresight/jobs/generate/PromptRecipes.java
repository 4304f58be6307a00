package dev.foresight.jobs.generate;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.regenerate.PromptRecipe;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Prompt recipes: those that every build carries, from {@code conf/prompts}, and files. */
final class PromptRecipes {
  static final List<String> NAMES = List.of("continue", "question", "reason", "rephrase");

  private static final String ANSWER = "answer";
  private static final String ASK = "text.ask";
  private static final String KEEP = "text.keep";

  private PromptRecipes() {}

  /**
   * @param given a recipe's name, or the path of a file
   * @throws InputException if there is no such file, or it is no recipe
   */
  static PromptRecipe of(String given) {
    try {
      return recipe(given, NAMES.contains(given) ? carried(given) : read(given));
    } catch (ConfigException e) {
      throw new InputException(
          Words.format("The prompt recipe %s is damaged: %s", given, e.getMessage()), e);
    }
  }

  private static Config read(String given) {
    File file = new File(given);
    if (!file.isFile()) {
      throw new InputException(
          Words.format(
              "There is no prompt recipe %s: name a file that is there, or one of %s.",
              given, String.join(", ", NAMES)));
    }
    return ConfigFactory.parseFile(file).resolve();
  }

  private static Config carried(String name) {
    String resource = "/dev/foresight/jobs/conf/prompts/" + name + ".conf";
    try (Reader in =
        new InputStreamReader(
            PromptRecipes.class.getResourceAsStream(resource), StandardCharsets.UTF_8)) {
      return ConfigFactory.parseReader(in).resolve();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PromptRecipe recipe(String name, Config config) {
    Set<String> unknown = new TreeSet<>();
    config.entrySet().forEach(entry -> unknown.add(entry.getKey()));
    unknown.removeAll(Map.of(ANSWER, "", ASK, "", KEEP, "").keySet());
    if (!unknown.isEmpty()) {
      throw new InputException(
          Words.format(
              "The prompt recipe %s has %s, and only %s, %s and %s mean anything.",
              name, String.join(", ", unknown), ANSWER, ASK, KEEP));
    }
    return new PromptRecipe(
        new File(name).getName(),
        config.hasPath(ANSWER) ? config.getString(ANSWER) : "",
        config.hasPath(ASK) ? config.getString(ASK) : null,
        config.hasPath(KEEP) ? config.getDouble(KEEP) : 0);
  }
}
