package dev.foresight.spark.io;

import dev.foresight.InputException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Names of folders as every process understands them: executors work in folders of their own. */
public final class Locations {
  private Locations() {}

  /**
   * The same place with scheme and absolute path; globs stay globs.
   *
   * @throws InputException if a key stands in it: locations are printed, logged and written down
   */
  public static String qualify(String location, Configuration conf) throws IOException {
    Path path = new Path(location);
    String authority = path.toUri().getAuthority();
    int user = authority == null ? -1 : authority.lastIndexOf('@');
    if (user >= 0 && authority.substring(0, user).contains(":")) {
      throw new InputException(
          "A location of scheme %s has a key in it (USER:KEY@…): take it out, and give keys by the environment or a credential provider of Hadoop."
              .formatted(path.toUri().getScheme()));
    }
    return path.getFileSystem(conf).makeQualified(path).toString();
  }
}
