package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.Footprint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Where an option's value comes from when the command line does not give it: the Spark setting
 * {@code spark.foresight.<command>.<option>}, then the files of {@code --settings}, the last one
 * first, then the file named by the system property {@code foresight.conf}, each with the key
 * {@code <command>.<option>}, then the built-in default.
 */
public final class Settings implements IDefaultValueProvider {
  /**
   * The {@code split} of options that are repeated where they stand on the command line, so that a
   * list in a file reaches them: a record separator, which nobody writes.
   */
  public static final String REPEATED = "\u001e";

  /** What the names of our settings begin with where Spark holds them. */
  static final String SPARK = "spark.foresight.";

  private final List<SettingsFile> files; // the strongest first
  private final List<String> names;

  private Settings(List<SettingsFile> files, List<String> names) {
    this.files = files;
    this.names = names;
  }

  /**
   * Reads the files that a command line names, before its commands are built.
   *
   * @throws InputException if one can't be read
   */
  public static Settings of(String... args) {
    List<String> names = new ArrayList<>();
    String always = System.getProperty("foresight.conf", "");
    if (!always.isEmpty()) {
      names.add(always);
    }
    names.addAll(named(args));
    Collections.reverse(names);
    return new Settings(names.stream().map(SettingsFile::of).toList(), names);
  }

  /**
   * What a command reads before it begins: the files that its settings come from. Every command's
   * footprint starts here.
   */
  public static Footprint footprint(CommandSpec command) {
    Footprint footprint = new Footprint();
    of(command).names.stream()
        .filter(name -> !SettingsFile.RECIPES.contains(name))
        .forEach(name -> footprint.readsLocal("--settings", name));
    return footprint;
  }

  /** The settings that a command runs under. */
  public static Settings of(CommandSpec spec) {
    return spec.root().commandLine().getDefaultValueProvider() instanceof Settings settings
        ? settings
        : new Settings(List.of(), List.of());
  }

  /** Of {@code --settings} alone; everything else, errors too, is for the real parse. */
  private static List<String> named(String... args) {
    SettingsOptions options = new SettingsOptions();
    try {
      new CommandLine(options).setUnmatchedArgumentsAllowed(true).parseArgs(args);
    } catch (ParameterException e) {
      return List.of();
    }
    return options.files();
  }

  /**
   * Refuses names that no command has, for a misspelt one would do nothing, unnoticed, and lists
   * for options that take one value.
   *
   * @throws InputException naming the setting and where it stands
   */
  public void requireKnown(CommandLine root) {
    Map<String, OptionSpec> known = new TreeMap<>();
    addKeys(root, known);
    for (SettingsFile file : files) {
      for (String key : file.keys()) {
        require(known, key, file.name());
        requireOneValue(known.get(key), key, file);
      }
    }
    Properties properties = System.getProperties();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(SPARK)) {
        require(known, name.substring(SPARK.length()), "Spark's settings, as " + name);
      }
    }
  }

  private static void requireOneValue(OptionSpec option, String key, SettingsFile file) {
    if (!option.isMultiValue() && file.find(key).orElseThrow().values().size() > 1) {
      throw new InputException(
          Words.format(
              "%s in %s is a list, but %s takes one value: write that, in quotes where it has commas.",
              key, file.name(), option.longestName()));
    }
  }

  private static void require(Map<String, OptionSpec> known, String key, String where) {
    if (!known.containsKey(key)) {
      throw new InputException(
          Words.format(
              "There is no setting %s (in %s): foresight COMMAND --print-config lists a command's.",
              key, where));
    }
  }

  private static void addKeys(CommandLine command, Map<String, OptionSpec> keys) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      key(option).ifPresent(key -> keys.put(key, option));
    }
    command.getSubcommands().values().forEach(sub -> addKeys(sub, keys));
  }

  /** The name of an option in files, if it can stand there: calibrate.rows, sketches.show.top. */
  static Optional<String> key(OptionSpec option) {
    CommandSpec command = option.command();
    if (option.inherited()
        || option.usageHelp()
        || option.versionHelp()
        || command.parent() == null) {
      return Optional.empty();
    }
    String path = command.qualifiedName(".").replaceFirst("^[^.]*\\.", "");
    return Optional.of(path + "." + option.longestName().replaceFirst("^--", ""));
  }

  /**
   * {@code quantize.bits}, for commands whose widths have a default of their own.
   *
   * @throws InputException if it is no whole number
   */
  public OptionalInt bits() {
    Optional<Setting> setting = find("quantize.bits");
    try {
      return setting.isEmpty()
          ? OptionalInt.empty()
          : OptionalInt.of(Integer.parseInt(setting.get().shown()));
    } catch (NumberFormatException e) {
      throw new InputException(
          Words.format(
              "quantize.bits is '%s' (%s): give 2 to 8.",
              setting.get().shown(), setting.get().origin()),
          e);
    }
  }

  /** What settings say of an option of a command that is parsed inside another one. */
  public Optional<String> valueOf(String command, OptionSpec option) {
    return find(command + "." + option.longestName().replaceFirst("^--", ""))
        .map(setting -> setting.value(option));
  }

  /** What Spark's settings or a file say about a key. */
  Optional<Setting> find(String key) {
    String spark = System.getProperty(SPARK + key);
    if (spark != null) {
      return Optional.of(Setting.of(spark, SPARK + key));
    }
    return files.stream().flatMap(file -> file.find(key).stream()).findFirst();
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? key(option).flatMap(this::find).map(setting -> setting.value(option)).orElse(null)
        : null;
  }
}
