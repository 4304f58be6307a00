package dev.foresight.spark.io;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Names of folders as every process understands them: executors work in folders of their own. */
public final class Locations {
  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*", Pattern.DOTALL);

  private Locations() {}

  /**
   * What a location names: {@code scheme:/…} is a URI, anything else a path, whatever colons are in
   * it. Hadoop would take the part before a colon for a scheme.
   *
   * @throws InputException if nothing is named
   */
  public static Path path(String location) {
    if (location.isEmpty()) {
      throw new InputException("A location is empty: name a file or folder.");
    }
    return URI.matcher(location).matches()
        ? new Path(location)
        : new Path(null, null, location); // a path alone
  }

  /**
   * The same place with scheme and absolute path; globs stay globs.
   *
   * @throws InputException if a key stands in it: locations are printed, logged and written down
   */
  public static String qualify(String location, Configuration conf) throws IOException {
    Path path = path(location);
    String authority = path.toUri().getAuthority();
    int user = authority == null ? -1 : authority.lastIndexOf('@');
    if (user >= 0 && authority.substring(0, user).contains(":")) {
      throw new InputException(
          Words.format(
              "A location of scheme %s has a key in it (USER:KEY@…): take it out, and give keys by the environment or a credential provider of Hadoop.",
              path.toUri().getScheme()));
    }
    return path.getFileSystem(conf).makeQualified(path).toString();
  }

  /**
   * A folder for code that knows this machine's disks alone, whatever the default file system is.
   *
   * @param option that named it, for the message
   * @throws InputException if it is on another file system
   */
  public static java.nio.file.Path local(String option, String location) {
    var uri = path(location).toUri();
    if (uri.getScheme() != null && !uri.getScheme().equals("file")) {
      throw new InputException(
          Words.format(
              "%s %s is not on this machine: name a local folder, like file:///data/x.",
              option, location));
    }
    return java.nio.file.Path.of(uri.getPath()).toAbsolutePath();
  }
}
