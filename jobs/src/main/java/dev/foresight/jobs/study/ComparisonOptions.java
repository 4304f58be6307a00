package dev.foresight.jobs.study;

import dev.foresight.jobs.cli.Settings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What a study and a search of windows share: a model, its sketches, and text to judge on. */
final class ComparisonOptions {
  @Option(names = "--model", required = true, description = "Folder of the float model.")
  private String model;

  @Option(names = "--sketches", required = true, description = "Sketch store of that model.")
  private String sketches;

  @Option(
      names = "--data",
      split = Settings.REPEATED,
      hideParamSyntax = true,
      required = true,
      arity = "1..*",
      paramLabel = "[NAME=]FILE...",
      description =
          "Held-out text to judge on, each file or glob a domain, named by NAME or by the file; a"
              + " domain with a shard's name is that shard's home.")
  private List<String> data;

  @Option(
      names = "--window",
      defaultValue = "2048",
      description = "Tokens of a window of the text judged on (default: ${DEFAULT-VALUE}).")
  private int window;

  @Option(
      names = "--windows",
      defaultValue = "0",
      description = "Windows of each domain, evenly spaced, 0 for all (default: ${DEFAULT-VALUE}).")
  private int windows;

  @Option(
      names = "--group",
      description =
          "Input channels that share a step (default: quantize.group of the settings, else 128).")
  private Integer group;

  @Option(
      names = "--quantize",
      paramLabel = "OPTIONS",
      defaultValue = "",
      description = "Options of quantize for everything compared, for example '--asymmetric'.")
  private String common;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the resamples behind intervals (default: ${DEFAULT-VALUE}).")
  private long seed;

  String model() {
    return model;
  }

  String sketches() {
    return sketches;
  }

  List<String> data() {
    return data;
  }

  int window() {
    return window;
  }

  int windows() {
    return windows;
  }

  long seed() {
    return seed;
  }

  /**
   * Options of quantize that set the grid and what else all have in common.
   *
   * @param bits width of a code
   */
  List<String> quantize(int bits) {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("--bits", Integer.toString(bits)));
    if (group != null) {
      options.addAll(List.of("--group", Integer.toString(group)));
    }
    options.addAll(AskedMethod.words(common));
    return options;
  }
}
