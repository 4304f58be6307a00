package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.study.CalibratedOn;
import dev.foresight.study.Variant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of the methods that a study compares: a name and what {@code quantize} is asked for.
 *
 * @param name in tables
 * @param options of {@code quantize}, as they were given
 * @param plan without a choice of shards, which is the study's
 */
record StudyMethod(String name, String options, QuantizationPlan plan) {
  private static final Pattern NAMED = Pattern.compile("([\\w.+-]+)=(.+)", Pattern.DOTALL);

  StudyMethod {
    if (plan.data().filter(StudyMethod::choosesShards).isPresent()) {
      throw new InputException(
          "--with %s: which shards count is the study's to vary: drop --shards, --exclude-shards, --bootstrap and --first-n-slices."
              .formatted(name));
    }
  }

  private static boolean choosesShards(DataChoice data) {
    return !data.shards().isEmpty()
        || !data.excluded().isEmpty()
        || data.bootstrap() != null
        || data.firstSlices() > 0;
  }

  /**
   * All methods at one width.
   *
   * @param model that is to be quantized
   * @param common options of {@code quantize} for all
   * @param methods names of {@link Method}s
   * @param more {@code NAME=OPTIONS} of {@code quantize}
   * @throws InputException if an option or method is not understood, or a name comes twice
   */
  static List<StudyMethod> parse(
      PlanParser parser, Model model, List<String> common, List<String> methods, List<String> more)
      throws IOException {
    List<StudyMethod> all = new ArrayList<>();
    for (String method : methods) {
      requireMethod(method);
      all.add(parse(parser, model, method, common, List.of("--method", method)));
    }
    for (String given : more) {
      Matcher named = NAMED.matcher(given);
      if (!named.matches()) {
        throw new InputException(
            "--with '%s' has no name: write NAME=OPTIONS of quantize, for example 'awq-diagonal=--method awq --loss diagonal'."
                .formatted(given));
      }
      all.add(parse(parser, model, named.group(1), common, words(named.group(2))));
    }
    TreeSet<String> names = new TreeSet<>();
    for (StudyMethod method : all) {
      if (!names.add(method.name())) {
        throw new InputException(
            "--methods and --with name %s twice: give one of them another name."
                .formatted(method.name()));
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
          "--against %s: the study has no such method; it has %s."
              .formatted(given, String.join(", ", names)));
    }
    return given;
  }

  private static void requireMethod(String name) {
    List<String> known = Arrays.stream(Method.values()).map(Method::key).toList();
    if (!known.contains(name)) {
      throw new InputException(
          "--methods has no method '%s': choose some of %s, or give settings a name by --with."
              .formatted(name, String.join(", ", known)));
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
  static StudyMethod parse(
      PlanParser parser, Model model, String name, List<String> common, List<String> own)
      throws IOException {
    List<String> options = new ArrayList<>(common);
    options.addAll(own); // a method's own come last
    return new StudyMethod(
        name, String.join(" ", own), parser.parse("--with " + name, options, model));
  }

  /** Whether the result depends on calibration text at all. */
  boolean takesData() {
    return plan.data().isPresent();
  }

  Variant variant(CalibratedOn data) {
    return new Variant(name, plan.grids().common().bits(), data);
  }

  /**
   * What {@code quantize} is asked for on a part of the store.
   *
   * @param shards of the study, none for all of the store
   * @param slice sequences of a slice
   */
  DataChoice choice(CalibratedOn data, List<String> shards, int slice) {
    return switch (data.kind()) {
      case NOTHING, ALL -> choice(shards, List.of(), null, 0);
      case SHARD -> choice(List.of(data.name()), List.of(), null, 0);
      case WITHOUT -> choice(shards, List.of(data.name()), null, 0);
      case BOOTSTRAP -> choice(shards, List.of(), Long.parseLong(data.name()), 0);
      case FIRST -> choice(shards, List.of(), null, Integer.parseInt(data.name()) / slice);
    };
  }

  /** The same for a choice of shards that a study has no name for; null where none is made. */
  DataChoice choice(List<String> shards, List<String> excluded, Long draw, int firstSlices) {
    return plan.data().map(own -> own.among(shards, excluded, draw, firstSlices)).orElse(null);
  }
}
