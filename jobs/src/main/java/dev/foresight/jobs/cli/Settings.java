package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.Footprint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
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
   * Refuses names that no command has: a misspelt one would do nothing, unnoticed.
   *
   * @throws InputException naming the setting and where it stands
   */
  public void requireKnown(CommandLine root) {
    Set<String> known = new TreeSet<>();
    addKeys(root, known);
    for (SettingsFile file : files) {
      file.keys().forEach(key -> require(known, key, file.name()));
    }
    Properties properties = System.getProperties();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(SPARK)) {
        require(known, name.substring(SPARK.length()), "Spark's settings, as " + name);
      }
    }
  }

  private static void require(Set<String> known, String key, String where) {
    if (!known.contains(key)) {
      throw new InputException(
          Words.format(
              "There is no setting %s (in %s): foresight COMMAND --print-config lists a command's.",
              key, where));
    }
  }

  private static void addKeys(CommandLine command, Set<String> keys) {
    command.getCommandSpec().options().forEach(option -> key(option).ifPresent(keys::add));
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
          : OptionalInt.of(Integer.parseInt(setting.get().value()));
    } catch (NumberFormatException e) {
      throw new InputException(
          Words.format(
              "quantize.bits is '%s' (%s): give 2 to 8.",
              setting.get().value(), setting.get().origin()),
          e);
    }
  }

  /** What settings say of an option of a command that is parsed inside another one. */
  public Optional<String> valueOf(String command, OptionSpec option) {
    return find(command + "." + option.longestName().replaceFirst("^--", "")).map(Setting::value);
  }

  /** What Spark's settings or a file say about a key. */
  Optional<Setting> find(String key) {
    String spark = System.getProperty(SPARK + key);
    if (spark != null) {
      return Optional.of(new Setting(spark, SPARK + key));
    }
    return files.stream().flatMap(file -> file.find(key).stream()).findFirst();
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? key(option).flatMap(this::find).map(Setting::value).orElse(null)
        : null;
  }
}
