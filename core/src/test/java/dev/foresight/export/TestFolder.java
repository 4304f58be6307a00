package dev.foresight.export;

import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.ShardedCheckpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A written model folder of one block, as the quantize job lays it out. */
final class TestFolder {
  private final Path path;

  TestFolder(Path path) {
    this.path = path;
  }

  void config(String text) throws IOException {
    Files.writeString(path.resolve("config.json"), text);
  }

  void weights(List<NamedTensor> outside, List<NamedTensor> block) throws IOException {
    WeightFiles files = new WeightFiles(1);
    write(files.outside(), outside);
    write(files.ofBlock(0), block);
    files.add(files.outside(), outside);
    files.add(files.ofBlock(0), block);
    Files.writeString(path.resolve(ShardedCheckpoint.INDEX), files.index());
  }

  private void write(String file, List<NamedTensor> tensors) throws IOException {
    try (OutputStream out = Files.newOutputStream(path.resolve(file))) {
      SafetensorsWriter.write(tensors, out);
    }
  }

  Checkpoint open() throws IOException {
    return ExportedCheckpoints.open(new LocalModelFolder(path));
  }
}
