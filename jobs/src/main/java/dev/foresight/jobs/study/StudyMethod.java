package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.quantize.QuantizeCommand;
import dev.foresight.jobs.quantize.QuantizeCommand.Method;
import dev.foresight.jobs.quantize.QuantizeJob;
import dev.foresight.spark.store.DataChoice;
import dev.foresight.study.CalibratedOn;
import dev.foresight.study.Variant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * One of the methods that a study compares: a name and what {@code quantize} is asked for.
 *
 * @param name in tables
 * @param options of {@code quantize}, as they were given
 * @param request without a choice of shards, which is the study's
 */
record StudyMethod(String name, String options, QuantizeJob.Request request) {
  private static final Pattern NAMED = Pattern.compile("([\\w.+-]+)=(.+)", Pattern.DOTALL);

  StudyMethod {
    DataChoice data = request.data();
    if (!data.shards().isEmpty()
        || !data.excluded().isEmpty()
        || data.bootstrap().isPresent()
        || data.firstSlices() > 0) {
      throw new InputException(
          Words.format(
              "--with %s: which shards count is the study's to vary: drop --shards, --exclude-shards, --bootstrap and --first-n-slices.",
              name));
    }
  }

  /**
   * All methods at one width.
   *
   * @param common options of {@code quantize} for all
   * @param methods names of {@link Method}s
   * @param more {@code NAME=OPTIONS} of {@code quantize}
   * @throws InputException if an option or method is not understood, or a name comes twice
   */
  static List<StudyMethod> parse(List<String> common, List<String> methods, List<String> more) {
    List<StudyMethod> all = new ArrayList<>();
    for (String method : methods) {
      requireMethod(method);
      all.add(parse(method, common, List.of("--method", method)));
    }
    for (String given : more) {
      Matcher named = NAMED.matcher(given);
      if (!named.matches()) {
        throw new InputException(
            Words.format(
                "--with '%s' has no name: write NAME=OPTIONS of quantize, for example 'awq-diagonal=--method awq --loss diagonal'.",
                given));
      }
      all.add(parse(named.group(1), common, words(named.group(2))));
    }
    TreeSet<String> names = new TreeSet<>();
    for (StudyMethod method : all) {
      if (!names.add(method.name())) {
        throw new InputException(
            Words.format(
                "--methods and --with name %s twice: give one of them another name.",
                method.name()));
      }
    }
    return all;
  }

  /**
   * The method that others are compared with.
   *
   * @param given its name, null for awq where it is there
   * @return empty for none
   * @throws InputException if there is no method of that name
   */
  static String against(String given, List<StudyMethod> methods) {
    List<String> names = methods.stream().map(StudyMethod::name).distinct().toList();
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

  private static void requireMethod(String name) {
    List<String> known = Arrays.stream(Method.values()).map(Method::key).toList();
    if (!known.contains(name)) {
      throw new InputException(
          Words.format(
              "--methods has no method '%s': choose some of %s, or give settings a name by --with.",
              name, String.join(", ", known)));
    }
  }

  /** Options as they would stand on a command line, without quotes. */
  static List<String> words(String options) {
    return Arrays.stream(options.strip().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  /**
   * One method.
   *
   * @param common options of all methods
   * @param own options that come after them
   * @throws InputException if an option is not understood
   */
  static StudyMethod parse(String name, List<String> common, List<String> own) {
    List<String> options = new ArrayList<>(common);
    options.addAll(own);
    QuantizeCommand command = new QuantizeCommand();
    try {
      new CommandLine(command)
          .setCaseInsensitiveEnumValuesAllowed(true)
          .setOverwrittenOptionsAllowed(true) // a method's own come last
          .parseArgs(options.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new InputException(
          Words.format("--with %s: %s; see 'foresight quantize --help'.", name, e.getMessage()), e);
    }
    return new StudyMethod(name, String.join(" ", own), command.request());
  }

  /** Whether the result depends on calibration text at all. */
  boolean takesData() {
    return request.sketches().isPresent();
  }

  Variant variant(CalibratedOn data) {
    return new Variant(name, request.bits(), data);
  }

  /**
   * What {@code quantize} is asked for on a part of the store.
   *
   * @param shards of the study, none for all of the store
   * @param slice sequences of a slice
   */
  DataChoice choice(CalibratedOn data, List<String> shards, int slice) {
    return switch (data.kind()) {
      case NOTHING, ALL -> choice(shards, List.of(), OptionalLong.empty(), 0);
      case SHARD -> choice(List.of(data.name()), List.of(), OptionalLong.empty(), 0);
      case WITHOUT -> choice(shards, List.of(data.name()), OptionalLong.empty(), 0);
      case BOOTSTRAP -> choice(shards, List.of(), OptionalLong.of(Long.parseLong(data.name())), 0);
      case FIRST ->
          choice(shards, List.of(), OptionalLong.empty(), Integer.parseInt(data.name()) / slice);
    };
  }

  /** The same for a choice of shards that a study has no name for. */
  DataChoice choice(
      List<String> shards, List<String> excluded, OptionalLong draw, int firstSlices) {
    DataChoice own = request.data();
    return new DataChoice(
        shards, excluded, own.weights(), own.balance(), draw, firstSlices, own.firstPosition());
  }
}
