package dev.foresight.tensor;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A model folder on a local file system; its files are mapped into memory. */
public final class LocalModelFolder implements ModelFolder {
  private final Path path;

  /**
   * @throws InputException if there is no such folder, or it is a file
   */
  public LocalModelFolder(Path path) {
    if (!Files.exists(path)) {
      throw new InputException("The model folder %s does not exist.".formatted(path));
    }
    if (!Files.isDirectory(path)) {
      throw new InputException(
          "%s is a file: name the folder that holds config.json and the safetensors."
              .formatted(path));
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
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Override
  public ByteSource open(String file) throws IOException {
    return MappedFile.open(path.resolve(FileNames.requirePlain(location(), file)));
  }

  @Override
  public String text(String file) throws IOException {
    Path resolved = path.resolve(FileNames.requirePlain(location(), file));
    if (!Files.isRegularFile(resolved)) {
      throw new InputException(
          "%s has no %s: is this a complete Hugging Face model folder?"
              .formatted(location(), file));
    }
    try {
      return Files.readString(resolved);
    } catch (CharacterCodingException e) {
      throw new InputException("%s is not UTF-8 text.".formatted(resolved), e);
    }
  }
}
