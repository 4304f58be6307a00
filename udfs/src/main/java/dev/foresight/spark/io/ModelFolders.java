package dev.foresight.spark.io;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.FileNames;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
          Words.format(
              "%s is not finished (no %s): run the same quantize again, which goes on where it stopped, or another one with --overwrite.",
              folder.location(), TargetFolder.SUCCESS));
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
        throw new InputException(Words.format("%s is a file, not a model folder.", location));
      }
    } catch (FileNotFoundException e) {
      throw new InputException(
          Words.format("There is no model folder %s: check the path.", location), e);
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
    public List<String> tree() throws IOException {
      int root = fileSystem.makeQualified(path).toUri().getPath().length() + 1;
      List<String> paths = new ArrayList<>();
      for (var all = fileSystem.listFiles(path, true); all.hasNext(); ) {
        String name = all.next().getPath().toUri().getPath().substring(root);
        if (!name.startsWith(".") && !name.contains("/.")) {
          paths.add(name);
        }
      }
      Collections.sort(paths);
      return paths;
    }

    @Override
    public ByteSource open(String file) throws IOException {
      FileNames.requirePlain(location(), file);
      return openBelow(file);
    }

    @Override
    public ByteSource openBelow(String file) throws IOException {
      FileNames.requireInside(location(), file);
      try {
        return new HadoopBytes(fileSystem, fileSystem.getFileStatus(new Path(path, file)));
      } catch (FileNotFoundException e) {
        throw new InputException(Words.format("%s has no file %s.", location(), file), e);
      }
    }
  }
}
