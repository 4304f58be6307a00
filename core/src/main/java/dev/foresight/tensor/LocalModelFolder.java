package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.NativeNames;
import dev.foresight.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
          Words.format("%s is a file: name the folder that holds config.json and the safetensors.", path));
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
  public ByteSource open(String file) throws IOException {
    return MappedFile.open(resolve(file));
  }

  @Override
  public String text(String file) throws IOException {
    if (!Files.isRegularFile(resolve(file))) {
      throw new InputException(
          Words.format("%s has no %s: is this a complete Hugging Face model folder?", location(), file));
    }
    return ModelFolder.super.text(file);
  }

  private Path resolve(String file) throws IOException {
    FileNames.requirePlain(location(), file);
    Path resolved;
    try {
      resolved = path.resolve(file);
    } catch (InvalidPathException e) {
      throw new InputException(
          Words.format("%s names the file '%s', which this machine's file names can't spell: rename it, or set a UTF-8 locale.", location(), file),
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
          Words.format("%s is a link that leads out of the folder, to %s: put the file itself there.", file, real));
    }
  }
}
