package dev.foresight.spark.io;

import dev.foresight.InputException;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.FileNames;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Opens model folders by path or URI: local ones are mapped, others read by range. */
public final class ModelFolders {
  private static final String REPORT = "report.json";

  private ModelFolders() {}

  /**
   * @param location a local path or any Hadoop URI
   * @throws InputException if there is no such folder, or Foresight did not finish writing it
   */
  public static ModelFolder open(String location, Configuration conf) throws IOException {
    ModelFolder folder = find(location, conf);
    requireFinished(folder);
    return folder;
  }

  /** Only folders that Foresight writes have a mark of their end. */
  private static void requireFinished(ModelFolder folder) throws IOException {
    if (folder.files().contains(TargetFolder.SUCCESS) || !folder.files().contains(REPORT)) {
      return;
    }
    String where = folder.location() + "/" + REPORT;
    if (StrictJson.object(where, folder.text(REPORT)).path("writer").asText().equals("foresight")) {
      throw new InputException(
          "%s is not finished (no %s): run the same quantize again, which goes on where it stopped, or another one with --overwrite."
              .formatted(folder.location(), TargetFolder.SUCCESS));
    }
  }

  private static ModelFolder find(String location, Configuration conf) throws IOException {
    Path path = new Path(location);
    FileSystem fileSystem = path.getFileSystem(conf);
    if (fileSystem.getScheme().equals("file")) {
      return new LocalModelFolder(java.nio.file.Path.of(path.toUri().getPath()));
    }
    try {
      if (!fileSystem.getFileStatus(path).isDirectory()) {
        throw new InputException("%s is a file, not a model folder.".formatted(location));
      }
    } catch (FileNotFoundException e) {
      throw new InputException(
          "There is no model folder %s: check the path.".formatted(location), e);
    }
    return new HadoopModelFolder(fileSystem, path);
  }

  private record HadoopModelFolder(FileSystem fileSystem, Path path) implements ModelFolder {
    @Override
    public String location() {
      return path.toString();
    }

    @Override
    public List<String> files() throws IOException {
      return Arrays.stream(fileSystem.listStatus(path))
          .filter(FileStatus::isFile)
          .map(status -> status.getPath().getName())
          .sorted()
          .toList();
    }

    @Override
    public ByteSource open(String file) throws IOException {
      FileNames.requirePlain(location(), file);
      try {
        return new HadoopBytes(fileSystem, fileSystem.getFileStatus(new Path(path, file)));
      } catch (FileNotFoundException e) {
        throw new InputException("%s has no file %s.".formatted(location(), file), e);
      }
    }
  }
}
