package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.spark.io.TargetFolder;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder of a study. Finished cells stay in {@code cells/} from the first on, so that a killed
 * study goes on where it stopped and a finished one can be extended; all else that a run leaves
 * behind lies in {@code _temporary/}.
 */
final class StudyFolder {
  /** What a study that was killed may have left. */
  private static final Set<String> UNFINISHED = Set.of("cells", "_temporary", "tables");

  private final Configuration conf;
  private final Path root;
  private final boolean fresh;

  private StudyFolder(Configuration conf, Path root, boolean fresh) {
    this.conf = conf;
    this.root = root;
    this.fresh = fresh;
  }

  /**
   * @param option that named it, for messages
   * @param overwrite whether to begin anew
   * @param extend whether to go on with a finished study
   * @throws InputException if the folder holds anything else than an unfinished study
   */
  static StudyFolder open(
      Configuration conf, String location, String option, boolean overwrite, boolean extend)
      throws IOException {
    Path root = new Path(location);
    OutputFolder output = new OutputFolder(conf, location);
    if (overwrite || !exists(root, conf)) {
      output.target().prepare(option, true);
      return new StudyFolder(conf, root, true);
    }
    if (output.target().isFinished() && root.getFileSystem(conf).exists(new Path(root, "cells"))) {
      if (!extend) {
        throw new InputException(
            "%s holds a finished study: choose another %s, or pass --extend to add to it, or --overwrite to begin anew."
                .formatted(root, option));
      }
      root.getFileSystem(conf).delete(new Path(root, TargetFolder.SUCCESS), false);
      return new StudyFolder(conf, root, false);
    }
    FileStatus[] entries = root.getFileSystem(conf).listStatus(root);
    if (!Arrays.stream(entries).allMatch(e -> UNFINISHED.contains(e.getPath().getName()))) {
      output.target().prepare(option, false);
    }
    return new StudyFolder(conf, root, entries.length == 0);
  }

  private static boolean exists(Path root, Configuration conf) throws IOException {
    return root.getFileSystem(conf).exists(root);
  }

  /** Where tables and reports go. */
  OutputFolder output() {
    return new OutputFolder(conf, root.toString());
  }

  String location() {
    return root.toString();
  }

  /** A folder for what is not kept. */
  String work(String name) {
    return new Path(root, "_temporary/" + name).toString();
  }

  /** Removes a folder that is not kept. */
  void drop(String folder) throws IOException {
    FileSystem fileSystem = root.getFileSystem(conf);
    fileSystem.delete(new Path(folder), true);
  }

  /** Takes back what a refused run wrote; finished cells stay. */
  void refuse() throws IOException {
    if (fresh && !exists(new Path(root, "cells"), conf)) {
      output().target().remove();
    } else {
      drop(new Path(root, "_temporary").toString());
    }
  }
}
