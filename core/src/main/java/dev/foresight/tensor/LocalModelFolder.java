package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.NativeNames;
import dev.foresight.Words;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model folder on a local file system; its files are mapped into memory.
 *
 * <p>Links are followed, because the Hugging Face cache is made of them and large weights lie on
 * other disks. But what is copied or quoted in messages must not come from anywhere on the machine:
 * a link to anything but weights, whose bytes are proved to be weights before they are used, may
 * lead only into the folder itself or to the {@code blobs} beside its {@code snapshots}.
 */
public final class LocalModelFolder implements ModelFolder {
  private static final String WEIGHTS = ".safetensors";

  private final Path path;

  /**
   * @throws InputException if there is no such folder, or it is a file
   */
  public LocalModelFolder(Path path) {
    if (!Files.exists(path)) {
      throw new InputException(Words.format("The model folder %s does not exist.", path));
    }
    if (!Files.isDirectory(path)) {
      throw new InputException(
          Words.format(
              "%s is a file: name the folder that holds config.json and the safetensors.", path));
    }
    this.path = path;
  }

  @Override
  public String location() {
    return path.toString();
  }

  @Override
  public List<String> files() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(Files::isRegularFile)
          .map(file -> NativeNames.requireListed(path, file.getFileName().toString()))
          .sorted()
          .toList();
    }
  }

  @Override
  public List<String> tree() throws IOException {
    List<String> paths = new ArrayList<>();
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return hidden(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!hidden(file) && Files.exists(file)) {
              String name = path.relativize(file).toString().replace(File.separatorChar, '/');
              paths.add(Files.isDirectory(file) ? name + "/" : name);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path folder, IOException unreadable) {
            paths.add(path.relativize(folder).toString().replace(File.separatorChar, '/') + "/");
            return FileVisitResult.CONTINUE;
          }
        });
    Collections.sort(paths);
    return paths;
  }

  private boolean hidden(Path file) {
    return !file.equals(path) && file.getFileName().toString().startsWith(".");
  }

  @Override
  public ByteSource open(String file) throws IOException {
    return MappedFile.open(resolve(FileNames.requirePlain(location(), file)));
  }

  @Override
  public ByteSource openBelow(String file) throws IOException {
    return MappedFile.open(resolve(FileNames.requireInside(location(), file)));
  }

  @Override
  public String text(String file) throws IOException {
    if (!Files.isRegularFile(resolve(FileNames.requirePlain(location(), file)))) {
      throw new InputException(
          Words.format(
              "%s has no %s: is this a complete Hugging Face model folder?", location(), file));
    }
    return ModelFolder.super.text(file);
  }

  private Path resolve(String file) throws IOException {
    Path resolved;
    try {
      resolved = path.resolve(file);
    } catch (InvalidPathException e) {
      throw new InputException(
          Words.format(
              "%s names the file '%s', which this machine's file names can't spell: rename it, or set a UTF-8 locale.",
              location(), file),
          e);
    }
    if (!file.endsWith(WEIGHTS) && Files.exists(resolved)) {
      requireInside(resolved);
    }
    return resolved;
  }

  private void requireInside(Path file) throws IOException {
    Path real = file.toRealPath();
    Path folder = path.toRealPath();
    if (real.startsWith(folder)) {
      return;
    }
    Path snapshots = folder.getParent();
    boolean cached =
        snapshots != null
            && snapshots.endsWith("snapshots")
            && real.startsWith(snapshots.resolveSibling("blobs"));
    if (!cached) {
      throw new InputException(
          Words.format(
              "%s is a link that leads out of the folder, to %s: put the file itself there.",
              file, real));
    }
  }
}
