package dev.foresight.spark.quantize;

import dev.foresight.Hashing;
import dev.foresight.Words;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.FolderTree;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The blocks that a quantization has finished, so that one that was killed goes on where it
 * stopped. Kept under {@code _temporary/} of the output folder, which goes when the folder is
 * committed: what the plan was, the name of each file before it is written, and one record a block,
 * written after the block's file. Files appear whole or not at all, so a record means that its file
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

  /** Says that a block's file is there. */
  void record(QuantizedBlock block, Configuration conf) throws IOException {
    AtomicFiles.writeText(
        conf, new Path(output), name(block.block()), Json.MAPPER.writeValueAsString(block));
  }

  /**
   * What is done already, by block.
   *
   * @param numbers of all blocks
   */
  public TreeMap<Integer, QuantizedBlock> blocks(List<Integer> numbers, Configuration conf)
      throws IOException {
    FileSystem fileSystem = new Path(output).getFileSystem(conf);
    TreeMap<Integer, QuantizedBlock> done = new TreeMap<>();
    for (int number : numbers) {
      Optional<String> text = read(name(number), conf);
      if (text.isPresent()) {
        QuantizedBlock block = Json.MAPPER.readValue(text.get(), QuantizedBlock.class);
        Path file = new Path(output, block.file());
        if (fileSystem.exists(file)
            && fileSystem.getFileStatus(file).getLen() == block.written().bytes()) {
          done.put(number, block);
        }
      }
    }
    return done;
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
