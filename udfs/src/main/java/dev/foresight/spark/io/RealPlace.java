package dev.foresight.spark.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.viewfs.ViewFileSystem;

/**
 * Where a location really is, whether something is there yet or not: the default file system and
 * the working folder filled in, mounts of viewfs and links on local disks followed.
 *
 * @param uri the place with scheme and absolute path
 * @param local the same on this machine's disks, null elsewhere
 */
record RealPlace(Path uri, java.nio.file.Path local) {
  private static final String FILE = "file";
  private static final int LINKS = 40; // as many as Linux follows

  static RealPlace of(Path given, Configuration conf) throws IOException {
    FileSystem fileSystem = given.getFileSystem(conf);
    Path path = fileSystem.makeQualified(given);
    if (fileSystem instanceof ViewFileSystem) {
      path = mounted(fileSystem, path);
    }
    return FILE.equals(path.toUri().getScheme())
        ? ofLocal(java.nio.file.Path.of(path.toUri().getPath()))
        : new RealPlace(path, null);
  }

  static RealPlace ofLocal(java.nio.file.Path given) throws IOException {
    java.nio.file.Path real = real(given);
    return new RealPlace(new Path(FILE, "", real.toString()), real);
  }

  /** Behind the mount of the nearest part that is there. */
  private static Path mounted(FileSystem fileSystem, Path path) throws IOException {
    for (Path at = path; at != null; at = at.getParent()) {
      if (fileSystem.exists(at)) {
        String rest = path.toUri().getPath().substring(at.toUri().getPath().length());
        Path real = fileSystem.resolvePath(at);
        return rest.isEmpty() ? real : new Path(real, rest.replaceFirst("^/", ""));
      }
    }
    return path;
  }

  private static java.nio.file.Path real(java.nio.file.Path given) throws IOException {
    java.nio.file.Path at = given.toAbsolutePath();
    java.nio.file.Path rest = java.nio.file.Path.of("");
    int links = 0;
    while (at.getNameCount() > 0) {
      try {
        return at.toRealPath().resolve(rest).normalize();
      } catch (FileSystemException e) {
        if (Files.isSymbolicLink(at) && links++ < LINKS) { // to nothing yet
          at = at.resolveSibling(Files.readSymbolicLink(at));
        } else {
          rest = at.getFileName().resolve(rest);
          at = at.getParent();
        }
      }
    }
    return given.toAbsolutePath().normalize();
  }

  /** Whether this is the other place, or a folder around it. */
  boolean holds(RealPlace other) throws IOException {
    if (local != null && other.local != null) {
      for (java.nio.file.Path at = other.local; at != null; at = at.getParent()) {
        if (same(at, local)) {
          return true;
        }
      }
      return false;
    }
    return local == null && other.local == null && sameStore(other) && below(other).isPresent();
  }

  /** One folder may have several names even without links: mounted twice, or in other cases. */
  private static boolean same(java.nio.file.Path a, java.nio.file.Path b) throws IOException {
    return a.equals(b) || Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b);
  }

  /** The names that lead from here to a place below, none for this place itself. */
  Optional<List<String>> below(RealPlace other) {
    List<String> own = names(uri);
    List<String> names = names(other.uri);
    return names.size() >= own.size() && names.subList(0, own.size()).equals(own)
        ? Optional.of(names.subList(own.size(), names.size()))
        : Optional.empty();
  }

  static List<String> names(Path path) {
    return Arrays.stream(path.toUri().getPath().split("/")).filter(n -> !n.isEmpty()).toList();
  }

  /** A port that is not said is the default one; drivers of one store differ in their scheme. */
  private boolean sameStore(RealPlace other) {
    String own = uri.toUri().getScheme();
    String others = other.uri.toUri().getScheme();
    return store(own).equals(store(others))
        && host(uri).equals(host(other.uri))
        && (!own.equals(others)
            || port(uri).isEmpty()
            || port(other.uri).isEmpty()
            || port(uri).equals(port(other.uri)));
  }

  private static String store(String scheme) {
    return switch (scheme) {
      case "s3", "s3n" -> "s3a";
      case "abfss" -> "abfs";
      case "wasbs" -> "wasb";
      case "webhdfs", "swebhdfs" -> "hdfs";
      default -> scheme;
    };
  }

  private static String host(Path path) {
    String authority = path.toUri().getAuthority();
    return authority == null ? "" : authority.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
  }

  private static String port(Path path) {
    int port = path.toUri().getPort();
    return port < 0 ? "" : Integer.toString(port);
  }

  /** Where the links in a local folder lead: the files of a model may lie anywhere. */
  List<RealPlace> linked() throws IOException {
    List<RealPlace> places = new ArrayList<>();
    if (local == null || !Files.isDirectory(local)) {
      return places;
    }
    Files.walkFileTree(
        local,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(
              java.nio.file.Path at, BasicFileAttributes attributes) throws IOException {
            return visitFile(at, attributes);
          }

          @Override
          public FileVisitResult visitFile(java.nio.file.Path at, BasicFileAttributes attributes)
              throws IOException {
            if (Files.isSymbolicLink(at)) {
              places.add(ofLocal(at));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(java.nio.file.Path at, IOException problem) {
            return FileVisitResult.CONTINUE; // whoever reads it will say so
          }
        });
    return places;
  }

  @Override
  public String toString() {
    return local == null ? uri.toString() : local.toString();
  }
}
