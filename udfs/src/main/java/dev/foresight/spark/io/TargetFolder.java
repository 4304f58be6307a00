package dev.foresight.spark.io;

import dev.foresight.InputException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder that a job writes: nothing in it counts before {@code _SUCCESS} is there, and refused
 * input leaves nothing of it.
 */
public final class TargetFolder {
  /** The file that says so. */
  public static final String SUCCESS = "_SUCCESS";

  private final Configuration conf;
  private final Path root;

  /** Nothing is read or written yet. */
  public TargetFolder(Configuration conf, Path root) {
    this.conf = conf;
    this.root = root;
  }

  /**
   * Refuses a folder that holds anything, unless it may be replaced.
   *
   * @param option that named it, for the message
   * @throws InputException if the folder is not empty
   */
  public void prepare(String option, boolean overwrite) throws IOException {
    FileSystem fileSystem = root.getFileSystem(conf);
    if (!fileSystem.exists(root) || fileSystem.listStatus(root).length == 0) {
      return;
    }
    if (!overwrite) {
      throw new InputException(
          "%s exists and is not empty: choose another %s, or pass --overwrite."
              .formatted(root, option));
    }
    remove();
  }

  /** Takes back all that was written; a removal that is killed half-way leaves nothing finished. */
  public void remove() throws IOException {
    FileSystem fileSystem = root.getFileSystem(conf);
    fileSystem.delete(new Path(root, SUCCESS), false);
    fileSystem.delete(root, true);
  }

  /** Whether a job has finished it. */
  public boolean isFinished() throws IOException {
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
