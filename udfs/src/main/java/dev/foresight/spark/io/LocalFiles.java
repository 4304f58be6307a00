package dev.foresight.spark.io;

import dev.foresight.NativeNames;
import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's local file system, as people expect of local files.
 *
 * <ul>
 *   <li>New files and folders have the rights that the process's umask leaves. Hadoop's own sets
 *       those of {@code fs.permissions.umask-mode}, 022, whatever the umask: it widens 077. A
 *       setting other than that default, and rights that a caller asks for, take more away.
 *   <li>A file whose name this process can't spell is refused. Hadoop's own leaves it out.
 *   <li>A folder that can't be made says why, and a file that can't be written which one it is.
 *   <li>No {@code .crc} file beside every file that users look at.
 * </ul>
 */
public final class LocalFiles extends LocalFileSystem {
  private static final int ALL = 0777;
  private static final int FILE = 0666;
  private static final int HADOOP_UMASK = 022;

  /** For Hadoop, which makes it by reflection. */
  public LocalFiles() {
    super(new Raw());
    setWriteChecksum(false);
  }

  /**
   * Makes it the file system of local paths. Not for the cache of Hadoop's, which may hold another
   * one by now.
   *
   * @return the same configuration
   */
  public static Configuration use(Configuration conf) {
    conf.setClass("fs.file.impl", LocalFiles.class, LocalFileSystem.class);
    conf.setBoolean("fs.file.impl.disable.cache", true);
    return conf;
  }

  private static final class Raw extends RawLocalFileSystem {
    @Override
    public File pathToFile(Path path) {
      NativeNames.requireSpelled(path.toString(), path.toUri().getPath());
      return super.pathToFile(path);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
      FileStatus[] found = super.listStatus(path);
      File folder = pathToFile(path);
      if (folder.isDirectory()) {
        for (String name : FileUtil.list(folder)) {
          NativeNames.requireListed(folder.toPath(), name);
        }
      }
      return found;
    }

    @Override
    protected OutputStream createOutputStreamWithMode(
        Path path, boolean append, FsPermission permission) throws IOException {
      File file = pathToFile(path);
      if (!append) {
        Files.newOutputStream(file.toPath()).close(); // made or emptied, by the umask
        restrict(file, permission, FILE);
      }
      // to append sets no rights
      return new NamedStream(file, super.createOutputStreamWithMode(path, true, null));
    }

    @Override
    protected boolean mkOneDirWithMode(Path path, File folder, FsPermission permission)
        throws IOException {
      try {
        Files.createDirectory(folder.toPath());
      } catch (FileAlreadyExistsException e) {
        return false;
      }
      int mask = umask();
      FsPermission left =
          permission == null ? null : new FsPermission((short) (permission.toShort() & ~mask));
      restrict(folder, left, ALL);
      return true;
    }

    private int umask() {
      return FsPermission.getUMask(getConf()).toShort();
    }

    /**
     * Takes away what the caller leaves out.
     *
     * @param permission after the setting's umask, or null for no wish
     * @param usual what the caller asks for who has no wish either
     */
    private void restrict(File file, FsPermission permission, int usual) throws IOException {
      int umask = umask();
      int wanted = permission == null ? usual & ~umask : permission.toShort();
      if (umask == HADOOP_UMASK && wanted == (usual & ~umask)) {
        return;
      }
      Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file.toPath());
      if (rights.removeIf(right -> (wanted & bit(right)) == 0)) {
        Files.setPosixFilePermissions(file.toPath(), rights);
      }
    }

    private static int bit(PosixFilePermission right) {
      return 0400 >> right.ordinal(); // owner, group and others in that order, each rwx
    }
  }

  /**
   * Says which file it was that could not be written: a stream knows only that the disk is full.
   */
  private static final class NamedStream extends FilterOutputStream {
    private final File file;

    NamedStream(File file, OutputStream out) {
      super(out);
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException | FSError e) { // an error, as if the whole JVM were at its end
        throw named(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (IOException | FSError e) {
        throw named(e);
      }
    }

    private IOException named(Throwable e) {
      String reason = e instanceof FSError error ? error.getCause().getMessage() : e.getMessage();
      IOException named = new FileSystemException(file.toString(), null, reason);
      named.initCause(e);
      return named;
    }
  }
}
