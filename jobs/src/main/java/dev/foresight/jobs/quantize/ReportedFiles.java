package dev.foresight.jobs.quantize;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.FolderTree;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.Path;

/**
 * Every file of a model folder, at any depth, against what was written: those that are the same for
 * any number of executors are in the report, those of tables in the run's own record.
 *
 * @param hashed how many files were
 * @param hidden names of files that begin with a dot and no reader of models looks at
 * @param problems a sentence each, without a full stop
 */
public record ReportedFiles(int hashed, List<String> hidden, List<String> problems) {
  private static final String RUN = "foresight/run.json";
  private static final String QUANTIZATION = "foresight/quantization/";

  /** What can't hold its own hash, or says nothing. */
  private static final Set<String> UNHASHED =
      Set.of(
          "report.json",
          RUN,
          "_SUCCESS",
          QUANTIZATION + "_SUCCESS",
          "foresight/importance/_SUCCESS");

  /** Looks at everything in a folder. */
  public static ReportedFiles check(Path root, JsonNode report, Configuration conf)
      throws IOException {
    Set<String> there = new TreeSet<>();
    for (FolderTree.Entry entry : FolderTree.of(root, conf)) {
      if (entry.kind() != FolderTree.Kind.EMPTY_FOLDER) {
        there.add(entry.name()); // links too: the Hugging Face cache is made of them
      }
    }
    List<String> problems = new ArrayList<>();
    Map<String, JsonNode> expected = new TreeMap<>();
    report.path("files").properties().forEach(e -> expected.put(e.getKey(), e.getValue()));
    JsonNode tables = tables(root, there, problems, conf);
    tables.properties().forEach(e -> expected.put(e.getKey(), e.getValue()));
    if (there.stream().noneMatch(name -> name.startsWith(QUANTIZATION))) {
      problems.add(QUANTIZATION + " is missing");
    }
    for (Map.Entry<String, JsonNode> file : expected.entrySet()) {
      problem(root, there, file.getKey(), file.getValue(), conf).ifPresent(problems::add);
    }
    List<String> hidden = new ArrayList<>();
    for (String name : there) {
      String plain = name.replaceFirst("(^|/)\\.([^/]+)\\.crc$", "$1$2"); // Hadoop's checksums
      boolean known = expected.containsKey(plain) || UNHASHED.contains(plain);
      if (known) {
        continue;
      }
      if (name.matches("(.*/)?\\..*")) {
        hidden.add(name);
      } else if (report.path("files").isObject() && !(tables.isMissingNode() && isTable(name))) {
        problems.add(name + " was added: the report does not name it");
      }
    }
    return new ReportedFiles(expected.size(), hidden, problems);
  }

  private static boolean isTable(String name) {
    return name.matches("foresight/(importance|quantization)/part-[^/]+\\.parquet");
  }

  private static JsonNode tables(
      Path root, Set<String> there, List<String> problems, Configuration conf) throws IOException {
    JsonNode none = StrictJson.object("", "{}").path("files");
    if (!there.contains(RUN)) {
      problems.add(RUN + " is missing");
      return none;
    }
    Path file = new Path(root, RUN);
    try (var in = file.getFileSystem(conf).open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return StrictJson.object(file.toString(), text).path("files");
    } catch (InputException e) {
      problems.add(RUN + " was changed: it is not JSON any more");
      return none;
    }
  }

  private static Optional<String> problem(
      Path root, Set<String> there, String name, JsonNode expected, Configuration conf)
      throws IOException {
    if (!there.contains(name)) {
      return Optional.of(name + " is missing");
    }
    Path file = new Path(root, name);
    if (!file.getFileSystem(conf).exists(file)) { // a link to nothing
      return Optional.of(name + " is missing");
    }
    long bytes = file.getFileSystem(conf).getFileStatus(file).getLen();
    if (bytes != expected.path("bytes").asLong()) {
      return Optional.of(
          Words.format("%s has %d bytes, not %d", name, bytes, expected.path("bytes").asLong()));
    }
    try {
      String found = WrittenFile.read(file, conf).sha256();
      return found.equals(expected.path("sha256").asText())
          ? Optional.empty()
          : Optional.of(Words.format("%s was changed: its sha256 is %s", name, found));
    } catch (ChecksumException e) {
      return Optional.of(
          Words.format(
              "%s or the .crc file beside it was changed: they do not fit together", name));
    }
  }
}
