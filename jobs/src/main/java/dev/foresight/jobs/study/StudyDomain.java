package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.evaluate.Windows;
import dev.foresight.jobs.cli.TextFile;
import dev.foresight.jobs.evaluate.EvaluationText;
import dev.foresight.spark.io.FileMatches;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A kind of text that variants are judged on.
 *
 * @param name as in {@code --data NAME=FILE}; where a shard has the same name, it is at home there
 * @param sha256 of the text
 * @param windows token ids
 */
@SuppressWarnings("ArrayRecordComponent") // handed to tasks, never compared
record StudyDomain(String name, String sha256, int[][] windows) {
  private static final Pattern NAMED = Pattern.compile("([\\w.-]+)=(.+)");

  /**
   * Reads all domains.
   *
   * @param data {@code NAME=FILE}, or files or globs whose names without suffixes are the domains'
   * @param window tokens of a window
   * @param count windows of each domain, 0 for all
   * @return in the order of their names
   * @throws InputException if there is no such file, a name comes twice, or a text is too short
   */
  static List<StudyDomain> read(
      List<String> data, int window, int count, Tokenizer tokenizer, Configuration conf)
      throws IOException {
    TreeMap<String, String> files = new TreeMap<>();
    for (String given : data) {
      Matcher named = NAMED.matcher(given);
      if (named.matches() && !FileMatches.exists(given, conf)) {
        add(files, named.group(1), named.group(2));
      } else {
        for (String file : matches(given, conf)) {
          add(files, new Path(file).getName().replaceFirst("\\..*", ""), file);
        }
      }
    }
    List<StudyDomain> domains = new ArrayList<>();
    for (var file : files.entrySet()) {
      EvaluationText text = EvaluationText.read(file.getValue(), conf, tokenizer);
      try {
        domains.add(
            new StudyDomain(
                file.getKey(), text.sha256(), Windows.evenlySpaced(text.tokens(), window, count)));
      } catch (InputException e) {
        throw new InputException(
            Words.format("--data %s=%s: %s", file.getKey(), file.getValue(), e.getMessage()), e);
      }
    }
    return domains;
  }

  /** The file or glob of {@code NAME=FILE} or {@code FILE}. */
  static String location(String given) {
    Matcher named = NAMED.matcher(given);
    return named.matches() ? named.group(2) : given;
  }

  private static void add(TreeMap<String, String> files, String name, String file) {
    String other = files.put(name, file);
    if (other != null) {
      throw new InputException(
          Words.format(
              "--data names the domain %s twice, for %s and %s: give one of them another name, as --data NAME=FILE.",
              name, other, file));
    }
  }

  private static List<String> matches(String glob, Configuration conf) throws IOException {
    return TextFile.matching("--data", glob, conf).stream().map(Path::toString).toList();
  }
}
