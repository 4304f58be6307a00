package dev.foresight.spark.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The folder {@code commits/}: what a store holds is the union of its commits, less those that
 * others replace. A commit's name is a number one above all that its writer saw, and a checksum of
 * its content, so two writers at once make two files, and no file is ever written over.
 */
final class CommitLog {
  static final String FOLDER = "commits";

  private final Configuration conf;
  private final Path root;

  CommitLog(Configuration conf, Path root) {
    this.conf = conf;
    this.root = root;
  }

  /**
   * The commits that count, by name.
   *
   * @param fingerprint of the store
   * @throws InputException if one is damaged or of another fingerprint
   */
  SortedMap<String, Commit> read(String fingerprint) throws IOException {
    TreeMap<String, Commit> commits = new TreeMap<>();
    TreeSet<String> replaced = new TreeSet<>();
    for (String name : new StoreFiles(conf, root).list(FOLDER)) {
      Commit commit = read(new Path(root, name));
      if (!commit.fingerprint().equals(fingerprint)) {
        throw new InputException(
            Words.format(
                "%s/%s was written under another model or other settings than manifest.json says, by a run that began at the same moment: delete it and calibrate its shards again.",
                root, name));
      }
      commits.put(name, commit);
      replaced.addAll(commit.replaces());
    }
    commits.keySet().removeAll(replaced);
    return commits;
  }

  private Commit read(Path path) throws IOException {
    byte[] bytes = StoreJson.bytes(conf, path);
    String checksum = Hashing.sha256Hex(bytes).substring(0, 16);
    if (!path.getName().endsWith("-" + checksum + ".json")) {
      throw new InputException(
          Words.format(
              "%s is damaged: its name does not hold its SHA-256. Restore it, or delete it and calibrate its shards again.",
              path));
    }
    try {
      return StoreJson.value(StoreJson.object(path.toString(), bytes), Commit.class);
    } catch (JsonProcessingException e) {
      throw new InputException(
          Words.format(
              "%s can't be read: %s. Use the release that wrote it.", path, e.getOriginalMessage()),
          e);
    }
  }

  /** Adds a commit and returns its name. */
  String append(Commit commit) throws IOException {
    String text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(commit) + "\n";
    String checksum = Hashing.sha256Hex(text.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    String name = Words.format("%s/%06d-%s.json", FOLDER, highest() + 1, checksum);
    AtomicFiles.writeText(conf, root, name, text);
    return name;
  }

  private int highest() throws IOException {
    return new StoreFiles(conf, root)
        .list(FOLDER).stream()
            .map(name -> name.substring(FOLDER.length() + 1).split("-", 2)[0])
            .filter(number -> number.matches("\\d{1,9}"))
            .mapToInt(Integer::parseInt)
            .max()
            .orElse(0);
  }

  /** Removes commits that another one replaces. */
  void delete(Iterable<String> names) throws IOException {
    for (String name : names) {
      root.getFileSystem(conf).delete(new Path(root, name), false);
    }
  }
}
