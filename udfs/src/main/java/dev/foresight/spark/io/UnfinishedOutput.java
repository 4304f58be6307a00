package dev.foresight.spark.io;

import dev.foresight.Hashing;
import dev.foresight.Words;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a run that writes a folder in parts has finished, so that one that was killed goes on where
 * it stopped. Kept under {@code _temporary/} of the output folder, which goes when the folder is
 * committed: what the plan was, the name of each file before it is written, and one record a part,
 * written after the part's file. Files appear whole or not at all, so a record means that its file
 * is whole.
 */
public final class UnfinishedOutput implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What was to be written. */
  public static final String PLAN = AtomicFiles.TEMPORARY + "/plan.json";

  private static final String NAMES = AtomicFiles.TEMPORARY + "/names";
  private static final int NAME = 16; // hexadecimal digits

  private final String output;

  /**
   * @param output the folder that is written
   */
  public UnfinishedOutput(String output) {
    this.output = output;
  }

  /**
   * Whether an earlier run with this very plan stopped here before it was done.
   *
   * @param plan everything that the written bytes depend on
   */
  public boolean isOf(String plan, Configuration conf) throws IOException {
    return !TargetFolder.isFinished(new Path(output), conf)
        && read(PLAN, conf).filter(plan::equals).isPresent();
  }

  /** Says what is about to be written. */
  public void begin(String plan, Configuration conf) throws IOException {
    AtomicFiles.writeText(conf, new Path(output), PLAN, plan);
  }

  /**
   * Writes a file whose name is known before, so that it can be told from what others put there.
   */
  public WrittenFile write(String file, AtomicFiles.StreamWriter writer, Configuration conf)
      throws IOException {
    String hash = Hashing.sha256Hex(file.getBytes(StandardCharsets.UTF_8)).substring(0, NAME);
    AtomicFiles.writeText(conf, new Path(output), NAMES + "/" + hash, file);
    return WrittenFile.write(conf, new Path(output), file, writer);
  }

  /** Names of the files that a run which did not finish may have written. */
  public Set<String> announced(Configuration conf) throws IOException {
    Set<String> names = new TreeSet<>();
    for (FolderTree.Entry entry : FolderTree.of(new Path(output, NAMES), conf)) {
      read(NAMES + "/" + entry.name(), conf).ifPresent(names::add);
    }
    return names;
  }

  /** Says that a block's file is there, and what else is known of the block. */
  public void record(int block, Object what, Configuration conf) throws IOException {
    AtomicFiles.writeText(
        conf, new Path(output), name(block), Json.MAPPER.writeValueAsString(what));
  }

  /** What was recorded of a block, if it was. */
  public <T> Optional<T> recorded(int block, Class<T> type, Configuration conf) throws IOException {
    Optional<String> text = read(name(block), conf);
    return text.isPresent()
        ? Optional.of(Json.MAPPER.readValue(text.get(), type))
        : Optional.empty();
  }

  /** Whether a file is there, as long as it was when it was recorded. */
  public boolean has(String file, WrittenFile written, Configuration conf) throws IOException {
    Path path = new Path(output, file);
    FileSystem fileSystem = path.getFileSystem(conf);
    return fileSystem.exists(path) && fileSystem.getFileStatus(path).getLen() == written.bytes();
  }

  private static String name(int block) {
    return Words.format("%s/block-%05d.json", AtomicFiles.TEMPORARY, block);
  }

  private Optional<String> read(String file, Configuration conf) throws IOException {
    Path path = new Path(output, file);
    FileSystem fileSystem = path.getFileSystem(conf);
    if (!fileSystem.exists(path)) {
      return Optional.empty();
    }
    try (InputStream in = fileSystem.open(path)) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
