package dev.foresight.spark;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Names of folders as every process understands them: executors work in folders of their own. */
public final class Locations {
  private Locations() {}

  /** The same place with scheme and absolute path; globs stay globs. */
  public static String qualify(String location, Configuration conf) throws IOException {
    Path path = new Path(location);
    return path.getFileSystem(conf).makeQualified(path).toString();
  }
}
