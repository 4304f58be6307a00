package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.FileMatches;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * All files below a folder of the local file system, links followed. Hadoop's listing would pass
 * over links to nothing, and go round in a circle of links until the system stops it.
 */
final class LocalWalk {
  private LocalWalk() {}

  /**
   * @return paths, without what begins with a dot or underscore
   * @throws InputException if a link leads nowhere or to a folder above it, or something can't be
   *     read
   */
  static List<org.apache.hadoop.fs.Path> files(org.apache.hadoop.fs.Path folder)
      throws IOException {
    Path root = Path.of(folder.toUri().getPath());
    List<org.apache.hadoop.fs.Path> files = new ArrayList<>();
    FileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path below, BasicFileAttributes attributes) {
            return below.equals(root) || !hidden(below)
                ? FileVisitResult.CONTINUE
                : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!hidden(file)) {
              requireFile(file, attributes);
              files.add(new org.apache.hadoop.fs.Path(file.toUri()));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            if (hidden(file)) {
              return FileVisitResult.CONTINUE;
            }
            throw new InputException(
                e instanceof FileSystemLoopException
                    ? Words.format("%s is a link to a folder that it lies in: remove it.", file)
                    : Words.format(
                        "%s can't be read (%s): check its permissions, or leave it out.",
                        file, e.getClass().getSimpleName()),
                e);
          }
        };
    Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
    return files;
  }

  private static boolean hidden(Path file) {
    return FileMatches.hidden(file.getFileName().toString());
  }

  private static void requireFile(Path file, BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      throw new InputException(
          Words.format(
              "%s is a link to a file that is not there: mend the link or remove it.", file));
    }
    if (!attributes.isRegularFile()) {
      throw new InputException(Words.format("%s is neither file nor folder: remove it.", file));
    }
  }
}
