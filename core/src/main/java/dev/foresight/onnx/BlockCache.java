package dev.foresight.onnx;

import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Model;
import dev.foresight.onnx.graph.Precision;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks as ONNX Runtime wants them, in files of a local folder. Each is converted once; all
 * processes of a host map the same file, so that the host holds one copy of a model's fp32 weights,
 * in memory that the system can take back.
 *
 * <p>A file is written under another name and renamed, by whoever holds its lock. One that is
 * damaged, or of other weights, is written again. Safe for several threads and processes.
 */
public final class BlockCache implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockCache.class);
  private static final Map<Path, Object> MONITORS = new ConcurrentHashMap<>();

  private final Path folder;
  private final String fingerprint;
  private final boolean temporary;
  private final Set<Path> checked = ConcurrentHashMap.newKeySet();

  private BlockCache(Path folder, String fingerprint, boolean temporary) {
    this.folder = folder;
    this.fingerprint = fingerprint;
    this.temporary = temporary;
  }

  /**
   * The cache of a model below a folder that may hold those of others.
   *
   * @param fingerprint of the model's config and weights, in hexadecimal
   */
  public static BlockCache of(Path root, String fingerprint) {
    return new BlockCache(root.resolve(Words.format("%.32s", fingerprint)), fingerprint, false);
  }

  /** A cache of one user in the system's folder for temporary files; closing it removes it. */
  public static BlockCache temporary() throws IOException {
    return new BlockCache(Files.createTempDirectory("foresight-blocks-"), "", true);
  }

  /** A cache of one user in a folder of its own below another; closing it removes it. */
  static BlockCache temporary(Path root) throws IOException {
    Files.createDirectories(root);
    return new BlockCache(Files.createTempDirectory(root, "foresight-block-"), "", true);
  }

  /** The folder of all files. */
  public Path folder() {
    return folder;
  }

  /**
   * Name of the file that holds a block, inside {@link #folder}; written if need be.
   *
   * @throws InputException if the disk has no room, or a weight is not finite
   */
  public String file(Model model, int block, Precision precision, WeightLayout layout)
      throws IOException {
    String name = Words.format("block-%05d.%s", block, precision.name().toLowerCase(Locale.ROOT));
    return file(name, layout, () -> new BlockTensors(model, block));
  }

  /**
   * The same of the output head, for {@link dev.foresight.onnx.graph.SlicedHead}.
   *
   * @throws InputException likewise
   */
  public String headFile(Model model, Precision precision, WeightLayout layout) throws IOException {
    String name = Words.format("head.%s", precision.name().toLowerCase(Locale.ROOT));
    return file(name, layout, () -> BlockTensors.ofHead(model));
  }

  /** Where weights come from, asked only if they must be written. */
  @FunctionalInterface
  private interface Tensors {
    BlockTensors open() throws IOException;
  }

  private String file(String name, WeightLayout layout, Tensors tensors) throws IOException {
    Path path = folder.resolve(name).toAbsolutePath();
    String key =
        Hashing.sha256Hex(
            String.join("\n", fingerprint, name, layout.hash()).getBytes(StandardCharsets.UTF_8));
    // threads of one process may not wait for the same file lock
    synchronized (MONITORS.computeIfAbsent(path, p -> new Object())) {
      if (!checked.contains(path) || !Files.exists(path)) {
        ensure(path, key, layout, tensors);
        checked.add(path);
      }
    }
    return name;
  }

  private void ensure(Path path, String key, WeightLayout layout, Tensors tensors)
      throws IOException {
    BlockFile file = new BlockFile(path, key, layout);
    if (file.valid()) {
      return;
    }
    Files.createDirectories(folder);
    Path lockFile = path.resolveSibling(path.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid() || file.valid()) {
        return; // another process was faster
      }
      if (Files.exists(path)) {
        LOG.warn("{} is damaged or of other weights, and is written again", path);
      }
      requireRoom(layout.end());
      Path unfinished = path.resolveSibling(path.getFileName() + ".unfinished");
      try {
        new BlockFile(unfinished, key, layout).write(tensors.open());
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    }
  }

  private void requireRoom(long bytes) throws IOException {
    long room = Files.getFileStore(folder).getUsableSpace();
    if (room < bytes) {
      throw new InputException(
          Words.format(
              "%s has room for %d MB, but the next part of the model needs %d MB: make room, or choose another folder by --cache, else spark.local.dir.",
              folder, room >> 20, bytes >> 20));
    }
  }

  /** Removes a temporary cache; any other stays for the next process. */
  @Override
  public void close() throws IOException {
    if (temporary) {
      remove();
    }
  }

  /** Removes the model's files, which nobody may be using. */
  public void remove() throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(file);
      }
    }
    checked.clear();
  }
}
