package dev.foresight.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * What an object store promises, in memory: an object is seen whole when its upload was completed
 * by close, and never if that was aborted; there are no folders, and a rename is a copy. Scheme
 * {@code objects}; uploads can be made to fail.
 */
public final class ObjectStore extends FileSystem {
  private static final Map<String, byte[]> OBJECTS = new TreeMap<>();
  private static final AtomicInteger RENAMES = new AtomicInteger();
  private static volatile String failing = "";

  private URI uri;
  private Path workingDirectory = new Path("/");

  /** Lets a configuration find it, and forgets all objects. */
  public static void install(Configuration conf) {
    conf.set("fs.objects.impl", ObjectStore.class.getName());
    OBJECTS.clear();
    RENAMES.set(0);
    failing = "";
  }

  /** Uploads of objects whose names hold this end in the middle, until it is empty. */
  public static void failUploadsOf(String part) {
    failing = part;
  }

  public static int renames() {
    return RENAMES.get();
  }

  public static List<String> names() {
    return List.copyOf(OBJECTS.keySet());
  }

  /** An object's bytes, by the path in its bucket. */
  public static byte[] get(String name) {
    return OBJECTS.get(name).clone();
  }

  /** Puts an object there without an upload. */
  public static void put(String name, byte[] bytes) {
    OBJECTS.put(name, bytes.clone());
  }

  /** Takes an object away. */
  public static void remove(String name) {
    OBJECTS.remove(name);
  }

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    super.initialize(name, conf);
    uri = URI.create(name.getScheme() + "://" + name.getAuthority());
    setConf(conf);
  }

  @Override
  public String getScheme() {
    return "objects";
  }

  @Override
  public URI getUri() {
    return uri;
  }

  private String key(Path path) {
    return makeQualified(path).toUri().getPath();
  }

  @Override
  public boolean hasPathCapability(Path path, String capability) throws IOException {
    return capability.equals(CommonPathCapabilities.ABORTABLE_STREAM)
        || super.hasPathCapability(path, capability);
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    byte[] bytes = OBJECTS.get(key(path));
    if (bytes == null) {
      throw new FileNotFoundException(path.toString());
    }
    return new FSDataInputStream(new Content(bytes));
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    if (!overwrite && OBJECTS.containsKey(key(path))) {
      throw new FileAlreadyExistsException(path.toString());
    }
    return new FSDataOutputStream(new Upload(key(path)), null);
  }

  private static final class Upload extends ByteArrayOutputStream implements Abortable {
    private final String key;
    private boolean aborted;

    Upload(String key) {
      this.key = key;
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int count) {
      if (!failing.isEmpty() && key.contains(failing)) {
        super.write(bytes, from, count / 2);
        throw new IllegalStateException("the connection was reset");
      }
      super.write(bytes, from, count);
    }

    @Override
    public void close() {
      if (!aborted) {
        OBJECTS.put(key, toByteArray());
      }
    }

    @Override
    public AbortableResult abort() {
      aborted = true;
      return null;
    }
  }

  private static final class Content extends ByteArrayInputStream
      implements Seekable, PositionedReadable {
    Content(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized void seek(long position) throws EOFException {
      if (position > count) {
        throw new EOFException();
      }
      pos = (int) position;
    }

    @Override
    public synchronized long getPos() {
      return pos;
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }

    @Override
    public int read(long position, byte[] bytes, int offset, int length) {
      int n = (int) Math.min(length, count - position);
      System.arraycopy(buf, (int) position, bytes, offset, n);
      return n;
    }

    @Override
    public void readFully(long position, byte[] bytes, int offset, int length) throws EOFException {
      if (position + length > count) {
        throw new EOFException();
      }
      read(position, bytes, offset, length);
    }

    @Override
    public void readFully(long position, byte[] bytes) throws EOFException {
      readFully(position, bytes, 0, bytes.length);
    }
  }

  @Override
  public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
    throw new UnsupportedOperationException("Objects are written once");
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    RENAMES.incrementAndGet();
    if (OBJECTS.containsKey(key(to))) {
      throw new FileAlreadyExistsException(to.toString());
    }
    OBJECTS.put(key(to), OBJECTS.get(key(from)));
    OBJECTS.remove(key(from));
    return true;
  }

  @Override
  public boolean delete(Path path, boolean recursive) {
    boolean one = OBJECTS.remove(key(path)) != null;
    return recursive ? OBJECTS.keySet().removeIf(k -> k.startsWith(key(path) + "/")) || one : one;
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    String prefix = key(path).equals("/") ? "/" : key(path) + "/";
    Map<String, FileStatus> found = new TreeMap<>();
    OBJECTS.forEach(
        (key, bytes) -> {
          if (key.startsWith(prefix)) {
            String rest = key.substring(prefix.length());
            String name = rest.split("/", 2)[0];
            found.put(name, status(new Path(path, name), name.equals(rest) ? bytes : null));
          }
        });
    if (found.isEmpty()) {
      throw new FileNotFoundException(path.toString());
    }
    return new ArrayList<>(found.values()).toArray(FileStatus[]::new);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    byte[] bytes = OBJECTS.get(key(path));
    if (bytes == null && OBJECTS.keySet().stream().noneMatch(k -> k.startsWith(key(path) + "/"))) {
      throw new FileNotFoundException(path.toString());
    }
    return status(path, bytes);
  }

  private FileStatus status(Path path, byte[] bytes) {
    boolean folder = bytes == null;
    // a time that changes with the content, as ETags do
    long time = folder ? 0 : Math.abs((long) Arrays.hashCode(bytes));
    return new FileStatus(folder ? 0 : bytes.length, folder, 1, 1 << 25, time, makeQualified(path));
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) {
    return true;
  }

  @Override
  public void setWorkingDirectory(Path path) {
    workingDirectory = path;
  }

  @Override
  public Path getWorkingDirectory() {
    return workingDirectory;
  }
}
