package dev.foresight.jobs;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local file system under the scheme {@code faulty}, with a disk that can be full and with a
 * file whose first writer stands still until it is killed.
 */
public final class FaultyFileSystem extends RawLocalFileSystem {
  /** Bytes that can still be written in this JVM. */
  static final AtomicLong FREE = new AtomicLong(Long.MAX_VALUE);

  private static final URI NAME = URI.create("faulty:///");
  private static final String PAUSE_AT = "test.pause.at";
  private static final String MARKER = "test.pause.marker";

  private String pauseAt;
  private String marker;

  /**
   * Spark settings that make it known.
   *
   * @param pauseAt ending of a temporary file's name, empty for none
   * @param marker file that the writer that stands still leaves with its process id
   */
  static Map<String, String> settings(String pauseAt, java.nio.file.Path marker) {
    return Map.of(
        "spark.hadoop.fs.faulty.impl",
        FaultyFileSystem.class.getName(),
        "spark.hadoop.fs.faulty.impl.disable.cache",
        "true",
        "spark.hadoop." + PAUSE_AT,
        pauseAt,
        "spark.hadoop." + MARKER,
        marker.toString());
  }

  /** The same folder under this file system. */
  public static String uri(java.nio.file.Path folder) {
    return "faulty:" + folder;
  }

  @Override
  public void initialize(URI uri, Configuration conf) throws IOException {
    super.initialize(uri, conf);
    pauseAt = conf.get(PAUSE_AT, "");
    marker = conf.get(MARKER);
  }

  @Override
  public URI getUri() {
    return NAME;
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    pause(file);
    OutputStream out =
        super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress);
    return new FSDataOutputStream(new Limited(out), null);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(file, null, overwrite, bufferSize, replication, blockSize, progress);
  }

  private void pause(Path file) throws IOException {
    if (pauseAt.isEmpty() || !file.getName().endsWith(pauseAt)) {
      return;
    }
    java.nio.file.Path left = java.nio.file.Path.of(marker);
    java.nio.file.Path whole = left.resolveSibling(left.getFileName() + ".pid");
    try {
      Files.createFile(left);
    } catch (FileAlreadyExistsException e) {
      return; // somebody stood still here before: this is the second attempt
    }
    Files.writeString(whole, Long.toString(ProcessHandle.current().pid()));
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Killed while standing still", e);
    }
  }

  private static final class Limited extends FilterOutputStream {
    Limited(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      if (FREE.addAndGet(-count) < 0) {
        throw new IOException("No space left on device");
      }
      out.write(bytes, from, count);
    }
  }
}
