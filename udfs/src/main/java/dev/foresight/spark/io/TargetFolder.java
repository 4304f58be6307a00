package dev.foresight.spark.io;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.FolderTree.Entry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder that a command writes, apart from all that it reads: nothing in it counts before {@code
 * _SUCCESS} is there, refused input leaves nothing of it, and nothing is ever removed from it that
 * Foresight did not write. A {@link Footprint} hands it out.
 */
public final class TargetFolder {
  /** The file that says that a folder counts. */
  public static final String SUCCESS = "_SUCCESS";

  private final Configuration conf;
  private final Path root;
  private final String option;
  private final FolderKind kind;
  private final boolean overwrite;
  private boolean begun;
  private boolean wasThere;

  TargetFolder(Configuration conf, Path root, String option, FolderKind kind, boolean overwrite) {
    this.conf = conf;
    this.root = root;
    this.option = option;
    this.kind = kind;
    this.overwrite = overwrite;
  }

  /** Where it is. */
  public Path root() {
    return root;
  }

  /** The option that names it. */
  public String option() {
    return option;
  }

  /** Whether what Foresight wrote there may be replaced. */
  public boolean overwrite() {
    return overwrite;
  }

  /** File systems and their settings. */
  public Configuration conf() {
    return conf;
  }

  /**
   * Makes the folder ready for a run that begins anew: refuses one that holds anything, or empties
   * it where it may be replaced.
   *
   * @throws InputException if the folder is not empty, or not ours to replace
   */
  public void prepare() throws IOException {
    List<Entry> entries = requireReplaceable();
    if (!entries.isEmpty() && !overwrite) {
      throw new InputException(
          Words.format(
              "%s exists and is not empty: choose another %s, or pass --overwrite.", root, option));
    }
    begin();
    remove(entries, kind.written(root, conf));
    if (kind.mark().equals(FolderKind.MARK)) {
      AtomicFiles.writeText(conf, root, FolderKind.MARK, kind.markText() + "\n");
    }
  }

  /**
   * Notes that this run begins the folder, so that it can take it back.
   *
   * @throws InputException if there is a file in its place
   */
  public void begin() throws IOException {
    requireNoFile();
    wasThere = root.getFileSystem(conf).exists(root);
    begun = true;
  }

  /**
   * What is in the folder, after proof that Foresight wrote it all.
   *
   * @throws InputException naming what somebody else put there
   */
  List<Entry> requireReplaceable() throws IOException {
    requireNoFile();
    List<Entry> entries = FolderTree.of(root, conf);
    if (entries.isEmpty()) {
      return entries;
    }
    boolean unfinished = // killed before the first file was whole
        entries.stream().allMatch(entry -> FolderKind.isUnfinished(entry.name()));
    if (!unfinished && !isOurs()) {
      throw new InputException(
          Words.format(
              "%s holds %s and is no %s that Foresight wrote: choose another %s, or empty it yourself. Nothing was touched.",
              root, entries.get(0).name(), kind.words(), option));
    }
    Predicate<String> written = kind.written(root, conf);
    for (Entry entry : entries) {
      if (!isWritten(entry, written)) {
        throw new InputException(
            Words.format(
                "%s holds %s, which Foresight did not write: move it away, or choose another %s. Nothing was touched.",
                root, entry.name(), option));
      }
    }
    return entries;
  }

  private void requireNoFile() throws IOException {
    try {
      if (root.getFileSystem(conf).getFileStatus(root).isFile()) {
        throw new InputException(
            Words.format("%s is a file: choose another %s, which is a folder.", root, option));
      }
    } catch (FileNotFoundException e) {
      return; // it will be made
    }
  }

  /** Whether the folder says that Foresight wrote it, as what this command writes. */
  public boolean isOurs() throws IOException {
    return kind.wrote(root, conf);
  }

  /**
   * Refuses to replace a folder inside this one where somebody put something.
   *
   * @param folder relative to this one
   * @throws InputException naming it
   */
  public void requireOurs(String folder) throws IOException {
    Predicate<String> written = kind.written(root, conf);
    for (Entry entry : FolderTree.of(new Path(root, folder), conf)) {
      String name = folder + "/" + entry.name();
      if (!isWritten(new Entry(name, entry.kind()), written)) {
        throw new InputException(
            Words.format(
                "%s holds %s, which Foresight did not write and would have to remove: move it away.",
                root, name));
      }
    }
  }

  /** We make no links; what an empty folder holds is in no danger. */
  private static boolean isWritten(Entry entry, Predicate<String> written) {
    return switch (entry.kind()) {
      case LINK -> false;
      case EMPTY_FOLDER -> true;
      case FILE -> written.test(withoutChecksum(entry.name()));
    };
  }

  /** Hadoop's local file system may put {@code .name.crc} beside a file. */
  private static String withoutChecksum(String name) {
    return name.replaceFirst("(^|/)\\.([^/]+)\\.crc$", "$1$2");
  }

  /**
   * Removes what Foresight wrote. What says that the folder counts goes first, what says that it is
   * ours last: a removal that is killed half-way leaves nothing finished and can be done again.
   */
  private void remove(List<Entry> entries, Predicate<String> written) throws IOException {
    FileSystem fileSystem = root.getFileSystem(conf);
    fileSystem.delete(new Path(root, SUCCESS), false);
    TreeSet<String> children =
        new TreeSet<>(Comparator.comparing(this::last).thenComparing(c -> c));
    entries.forEach(entry -> children.add(child(entry.name())));
    for (String child : children) {
      List<Entry> below = entries.stream().filter(e -> child(e.name()).equals(child)).toList();
      if (below.stream().allMatch(entry -> isWritten(entry, written))) {
        fileSystem.delete(new Path(root, child), true);
        continue;
      }
      for (Entry entry : below) {
        if (entry.kind() == FolderTree.Kind.FILE && isWritten(entry, written)) {
          fileSystem.delete(new Path(root, entry.name()), false);
        }
      }
    }
  }

  private int last(String child) {
    return child.equals(kind.mark()) ? 2 : child.equals(AtomicFiles.TEMPORARY) ? 1 : 0;
  }

  private static String child(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /**
   * Takes back what this run wrote, if it began the folder: what was there before, or what others
   * put there meanwhile, stays.
   */
  public void takeBack() throws IOException {
    if (!begun) {
      return;
    }
    FileSystem fileSystem = root.getFileSystem(conf);
    List<Entry> entries = new ArrayList<>(FolderTree.of(root, conf));
    remove(entries, kind.written(root, conf));
    if (!wasThere && fileSystem.exists(root) && FolderTree.of(root, conf).isEmpty()) {
      fileSystem.delete(root, true); // empty folders at most
    }
  }

  /** Writes a file into it, whole or not at all. */
  public WrittenFile write(String file, AtomicFiles.StreamWriter writer) throws IOException {
    return kind == FolderKind.MODEL // whose files have any names
        ? new UnfinishedOutput(root.toString()).write(file, writer, conf)
        : WrittenFile.write(conf, root, file, writer);
  }

  /** Whether a job has finished it. */
  public boolean isFinished() throws IOException {
    return isFinished(root, conf);
  }

  /** Whether a job has finished a folder that is to be read. */
  public static boolean isFinished(Path root, Configuration conf) throws IOException {
    return root.getFileSystem(conf).exists(new Path(root, SUCCESS));
  }

  /** Says that a job has finished the folder, and removes nothing that others may be writing. */
  public void markFinished() throws IOException {
    AtomicFiles.writeText(conf, root, SUCCESS, "");
  }

  /** Publishes the folder, which nobody else writes, and removes what was not finished in it. */
  public void commit() throws IOException {
    markFinished();
    root.getFileSystem(conf).delete(new Path(root, AtomicFiles.TEMPORARY), true);
  }
}
