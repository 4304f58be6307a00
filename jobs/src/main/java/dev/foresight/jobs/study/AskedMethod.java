package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.quantize.PlanOptions;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.Method;
import dev.foresight.spark.io.Footprint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A method of a study as its options name it, understood before any model is opened.
 *
 * @param name in tables
 * @param options of {@code quantize}, as they were given
 * @param asked the same, parsed
 * @param sketches another store than the study's, null for that
 */
record AskedMethod(String name, String options, PlanOptions asked, String sketches) {
  private static final String SKETCHES = "--sketches";

  private static final Pattern NAMED = Pattern.compile("([\\w.+-]+)=(.+)", Pattern.DOTALL);

  /**
   * All methods at one width.
   *
   * @param common options of {@code quantize} for all
   * @param methods names of {@link Method}s
   * @param more {@code NAME=OPTIONS} of {@code quantize}
   * @throws InputException if an option or method is not understood, or a name comes twice
   */
  static List<AskedMethod> parse(
      PlanParser parser, List<String> common, List<String> methods, List<String> more) {
    List<AskedMethod> all = new ArrayList<>();
    for (String method : methods) {
      requireMethod(method);
      all.add(parse(parser, method, common, List.of("--method", method)));
    }
    for (String given : more) {
      Matcher named = NAMED.matcher(given);
      if (!named.matches()) {
        throw new InputException(
            Words.format(
                "--with '%s' has no name: write NAME=OPTIONS of quantize, for example 'awq-diagonal=--method awq --loss diagonal'.",
                given));
      }
      all.add(parse(parser, named.group(1), common, words(named.group(2))));
    }
    TreeSet<String> names = new TreeSet<>();
    for (AskedMethod method : all) {
      if (!names.add(method.name())) {
        throw new InputException(
            Words.format(
                "--methods and --with name %s twice: give one of them another name.",
                method.name()));
      }
    }
    return all;
  }

  private static void requireMethod(String name) {
    List<String> known = Arrays.stream(Method.values()).map(Method::key).toList();
    if (!known.contains(name)) {
      throw new InputException(
          Words.format(
              "--methods has no method '%s': choose some of %s, or give settings a name by --with.",
              name, String.join(", ", known)));
    }
  }

  /**
   * One method.
   *
   * @param common options of all methods
   * @param own options that come after them
   * @throws InputException if an option is not understood
   */
  static AskedMethod parse(PlanParser parser, String name, List<String> common, List<String> own) {
    List<String> options = new ArrayList<>(common);
    String sketches = null;
    for (int i = 0; i < own.size(); i++) { // a method's own come last
      String word = own.get(i);
      if (word.startsWith(SKETCHES + "=")) {
        sketches = word.substring(SKETCHES.length() + 1);
      } else if (word.equals(SKETCHES) && i + 1 < own.size()) {
        sketches = own.get(++i);
      } else {
        options.add(word);
      }
    }
    return new AskedMethod(
        name, String.join(" ", own), parser.parse("--with " + name, options), sketches);
  }

  /** Says which files the method reads. */
  void addInputs(Footprint footprint) {
    asked.addInputs(footprint);
    if (sketches != null) {
      footprint.reads(Words.format("--with %s %s", name, SKETCHES), sketches);
    }
  }

  /**
   * The method that others are compared with.
   *
   * @param given its name, null for awq where it is there
   * @return empty for none
   * @throws InputException if there is no method of that name
   */
  static String against(String given, List<AskedMethod> methods) {
    List<String> names = methods.stream().map(AskedMethod::name).distinct().toList();
    if (given == null) {
      return names.contains(Method.AWQ.key()) ? Method.AWQ.key() : "";
    }
    if (!names.contains(given)) {
      throw new InputException(
          Words.format(
              "--against %s: the study has no such method; it has %s.",
              given, String.join(", ", names)));
    }
    return given;
  }

  /** Options as they would stand on a command line, without quotes. */
  static List<String> words(String options) {
    return Arrays.stream(options.strip().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  /**
   * The method for a model.
   *
   * @throws InputException if what is asked for does not fit the model, or chooses shards, which is
   *     the study's to do
   */
  StudyMethod of(Model model) throws IOException {
    return new StudyMethod(name, options, asked.plan(model), sketches);
  }
}
