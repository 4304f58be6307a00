package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.spark.io.TargetFolder;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder of a study. Finished cells stay in {@code cells/} from the first on, so that a killed
 * study goes on where it stopped and a finished one can be extended; all else that a run leaves
 * behind lies in {@code _temporary/}.
 */
final class StudyFolder {
  private final Configuration conf;
  private final TargetFolder target;
  private final boolean fresh;

  private StudyFolder(TargetFolder target, boolean fresh) {
    this.conf = target.conf();
    this.target = target;
    this.fresh = fresh;
  }

  /**
   * @param target which may be replaced if the study is to begin anew
   * @param extend whether to go on with a finished study
   * @throws InputException if the folder holds anything else than an unfinished study
   */
  static StudyFolder open(TargetFolder target, boolean extend) throws IOException {
    if (target.overwrite() || !target.isOurs()) {
      target.prepare();
      return new StudyFolder(target, true);
    }
    if (target.isFinished()) {
      if (!extend) {
        throw new InputException(
            Words.format(
                "%s holds a finished study: choose another %s, or pass --extend to add to it, or --overwrite to begin anew.",
                target.root(), target.option()));
      }
      Path finished = new Path(target.root(), TargetFolder.SUCCESS);
      target.root().getFileSystem(target.conf()).delete(finished, false);
    }
    return new StudyFolder(target, false);
  }

  /** Where tables and reports go. */
  OutputFolder output() {
    return new OutputFolder(target);
  }

  String location() {
    return target.root().toString();
  }

  /** A folder for what is not kept. */
  String work(String name) {
    return new Path(target.root(), "_temporary/" + name).toString();
  }

  /** Removes a folder that is not kept. */
  void drop(String folder) throws IOException {
    FileSystem fileSystem = target.root().getFileSystem(conf);
    fileSystem.delete(new Path(folder), true);
  }

  /** Takes back what a refused run wrote; finished cells stay. */
  void refuse() throws IOException {
    Path cells = new Path(target.root(), "cells");
    if (fresh && !cells.getFileSystem(conf).exists(cells)) {
      target.takeBack();
    } else {
      drop(new Path(target.root(), "_temporary").toString());
    }
  }
}
