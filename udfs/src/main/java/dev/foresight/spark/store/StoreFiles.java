package dev.foresight.spark.store;

import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Statistic;
import dev.foresight.spark.io.AtomicFiles;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.filter2.predicate.FilterPredicate;

/**
 * The Parquet files of a store. Each is written under an attempt's own name, then moved to a name
 * that holds the beginning of its SHA-256; each is checked against its commit when a JVM opens it
 * for the first time.
 */
final class StoreFiles {
  /** The table of token ids. */
  static final String SEQUENCES = "sequences";

  private static final int DIGITS = 16;
  private static final int LONGEST_SLUG = 160;
  private static final String HYPHEN = "%2D";
  private static final int CHUNK = 1 << 20;
  private static final Set<String> CHECKED = ConcurrentHashMap.newKeySet();

  private final Configuration conf;
  private final Path root;

  StoreFiles(Configuration conf, Path root) {
    this.conf = conf;
    this.root = root;
  }

  /** Writes a file's content. */
  @FunctionalInterface
  interface Content {
    void write(DigestedFile file) throws IOException;
  }

  /**
   * @param table the folder
   * @param stem first part of the name
   * @throws IOException that says what to do, if the disk is full or the file system fails
   */
  StoredFile write(String table, String stem, Content content) throws IOException {
    try {
      return AtomicFiles.appearsWhenComplete(root.getFileSystem(conf), root)
          ? upload(table, stem, content)
          : rename(table, stem, content);
    } catch (IOException e) {
      throw new IOException(
          Words.format(
              "%s/%s of the store %s can't be written: %s. Mend that and run the same command again: finished slices are kept.",
              table, stem, root, e.getMessage()),
          e);
    }
  }

  private StoredFile rename(String table, String stem, Content content) throws IOException {
    FileSystem fileSystem = AtomicFiles.withoutChecksumFiles(root, conf);
    Path unfinished =
        new Path(new Path(root, AtomicFiles.TEMPORARY), UUID.randomUUID() + "-" + stem);
    try {
      DigestedFile file = new DigestedFile(unfinished, conf);
      content.write(file);
      StoredFile written = named(table, stem, file);
      AtomicFiles.publish(conf, unfinished, path(written));
      return written;
    } finally {
      fileSystem.delete(unfinished, false);
    }
  }

  /** The name is known when the content is, so that lies on a local disk before it is uploaded. */
  private StoredFile upload(String table, String stem, Content content) throws IOException {
    java.nio.file.Path folder = Files.createTempDirectory("foresight-"); // for its owner alone
    java.nio.file.Path local = folder.resolve("part.parquet");
    try {
      Path unfinished = new Path(local.toUri());
      AtomicFiles.withoutChecksumFiles(unfinished, conf);
      DigestedFile file = new DigestedFile(unfinished, conf);
      content.write(file);
      StoredFile written = named(table, stem, file);
      AtomicFiles.writeStream(conf, root, written.name(), out -> Files.copy(local, out));
      return written;
    } finally {
      Files.deleteIfExists(local);
      Files.delete(folder);
    }
  }

  private static StoredFile named(String table, String stem, DigestedFile file) {
    String sha256 = file.sha256();
    return new StoredFile(
        Words.format("%s/%s.%s.parquet", table, stem, sha256.substring(0, DIGITS)),
        file.bytes(),
        sha256);
  }

  /** Copies a file of another store into the same table of this one. */
  StoredFile copy(StoreFiles from, StoredFile file, String shard, String stem) throws IOException {
    from.check(file, shard);
    String table = file.name().substring(0, file.name().indexOf('/'));
    return write(
        table,
        stem,
        target -> {
          try (var in = from.root.getFileSystem(conf).open(from.path(file));
              var out = target.createOrOverwrite(0)) {
            in.transferTo(out);
          }
        });
  }

  Path path(StoredFile file) {
    return new Path(root, file.name());
  }

  /**
   * Proves a file to be the one that was committed: its length always, its bytes once a JVM.
   *
   * @param shard whose file it is, for the message
   * @throws InputException if the file is missing or damaged
   */
  void check(StoredFile file, String shard) throws IOException {
    FileSystem fileSystem = root.getFileSystem(conf);
    FileStatus status;
    try {
      status = fileSystem.getFileStatus(path(file));
    } catch (FileNotFoundException e) {
      throw refused(file, shard, "is missing", e);
    }
    if (file.sha256() == null) {
      return;
    }
    if (status.getLen() != file.bytes()) {
      throw refused(
          file, shard, Words.format("has %d bytes, not %d", status.getLen(), file.bytes()), null);
    }
    String seen =
        Words.format("%s %d %s", status.getPath(), status.getModificationTime(), file.sha256());
    if (CHECKED.contains(seen)) {
      return;
    }
    if (!sha256(fileSystem, status).equals(file.sha256())) {
      throw refused(file, shard, "is damaged: its SHA-256 is not the committed one", null);
    }
    CHECKED.add(seen);
  }

  /** Reads the rows of a table that match, in the order of the file. */
  <R> void read(
      Table<R> table,
      StoredFile file,
      String shard,
      Optional<FilterPredicate> filter,
      Table.RowSink<R> sink)
      throws IOException {
    check(file, shard);
    try {
      table.read(conf, path(file), filter, sink);
    } catch (EOFException e) { // without a word of its own
      throw refused(file, shard, "ends within a page", e);
    } catch (RuntimeException e) { // Parquet's word for content that is none
      throw refused(file, shard, Words.format("can't be read (%s)", e.getMessage()), e);
    }
  }

  /** What can be done about a file that is not what it should be. */
  InputException refused(StoredFile file, String shard, String what, Exception cause) {
    return new InputException(
        Words.format(
            "%s of the store %s %s: remove the shard by 'foresight sketches remove %s --shards %s' and calibrate it again.",
            file.name(), root, what, root, shard),
        cause);
  }

  private static String sha256(FileSystem fileSystem, FileStatus status) throws IOException {
    MessageDigest digest = Hashing.sha256();
    byte[] bytes = new byte[CHUNK];
    try (var in = fileSystem.open(status.getPath())) {
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        digest.update(bytes, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The names of the Parquet files in all tables, those that no commit names too. */
  Set<String> listTables() throws IOException {
    Set<String> names = new TreeSet<>(list(SEQUENCES));
    for (Statistic<?> statistic : Statistics.all()) {
      names.addAll(list(statistic.name()));
    }
    return names;
  }

  /** The names of all files in a folder of the store. */
  Set<String> list(String folder) throws IOException {
    Set<String> names = new TreeSet<>();
    for (FileStatus status : statuses(root.getFileSystem(conf), new Path(root, folder))) {
      if (status.isFile()) {
        names.add(folder + "/" + status.getPath().getName());
      }
    }
    return names;
  }

  /** What is in a folder, nothing if it was never written or goes away at this moment. */
  static FileStatus[] statuses(FileSystem fileSystem, Path folder) throws IOException {
    try {
      return fileSystem.listStatus(folder);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    } catch (IOException e) { // Hadoop's local one says "permission denied" of what went away
      if (fileSystem.exists(folder)) {
        throw e;
      }
      return new FileStatus[0];
    }
  }

  /** First part of the names of a slice's files. */
  static String stem(SliceId slice) {
    return Words.format("%s.%05d", slug(slice.shard()), slice.index());
  }

  /**
   * A file name for a shard id. A long one is cut, and told apart by its hash: file systems take
   * 255 bytes, of which a slice's number, hashes and the suffix need some. No name of another id
   * has the escape of a hyphen in it, which needs none.
   */
  static String slug(String shard) {
    String name = encoded(shard);
    if (name.length() <= LONGEST_SLUG) {
      return name;
    }
    String hash = Hashing.sha256Hex(shard.getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS);
    int kept = LONGEST_SLUG - HYPHEN.length() - DIGITS;
    return name.substring(0, kept).replaceFirst("%.?$", "") + HYPHEN + hash;
  }

  /** The id with all that is special escaped: readers skip names that begin with . or _. */
  static String encoded(String shard) {
    String name = URLEncoder.encode(shard, StandardCharsets.UTF_8);
    return switch (name.charAt(0)) {
      case '.' -> "%2E" + name.substring(1);
      case '_' -> "%5F" + name.substring(1);
      default -> name;
    };
  }
}
