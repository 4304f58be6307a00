package dev.foresight.jobs;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.foresight.InputException;
import java.io.File;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Where an option's value comes from when the command line does not give it: the Spark setting
 * {@code spark.foresight.<command>.<option>}, then the file named by the system property {@code
 * foresight.conf}, key {@code <command>.<option>}, then the built-in default.
 */
final class Settings implements IDefaultValueProvider {
  private final Config file;

  Settings() {
    String name = System.getProperty("foresight.conf", "");
    this.file = name.isEmpty() ? ConfigFactory.empty() : parse(new File(name));
  }

  private static Config parse(File file) {
    if (!file.isFile()) {
      throw new InputException(
          "There is no settings file %s: check foresight.conf.".formatted(file));
    }
    try {
      return ConfigFactory.parseFile(file).resolve();
    } catch (ConfigException e) {
      throw new InputException("Settings file is damaged: %s".formatted(e.getMessage()), e);
    }
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return null;
    }
    // without the name of the program: calibrate.rows, sketches.show.top
    String command = argument.command().qualifiedName(".").replaceFirst("^[^.]*\\.", "");
    String key = command + "." + option.longestName().replaceFirst("^--", "");
    String spark = System.getProperty("spark.foresight." + key);
    if (spark != null) {
      return spark;
    }
    return file.hasPath(key) ? file.getString(key) : null;
  }
}
