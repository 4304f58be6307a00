package dev.foresight.spark.quantize;

import dev.foresight.Words;
import dev.foresight.model.Role;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What lies between tasks while blocks are quantized one after the other, below {@code _temporary/}
 * of the output: where it outlives an executor, and where a run that goes on finds it.
 */
final class PrefixFiles {
  private static final String FOLDER = AtomicFiles.TEMPORARY + "/prefix";
  private static final String VALUES = "values";

  private final Path output;
  private final Configuration conf;

  /**
   * @param output the folder that is written
   */
  PrefixFiles(String output, Configuration conf) {
    this.output = new Path(output);
    this.conf = conf;
  }

  /** Name of the residual stream of a part in front of a block. */
  static String hidden(int block, int part) {
    return Words.format("hidden-%05d-%05d.safetensors", block, part);
  }

  /** Name of the residual stream of a part behind a block's attention. */
  static String middle(int block, int part) {
    return Words.format("middle-%05d-%05d.safetensors", block, part);
  }

  /** Name of what a role of a block reads of a part's rows. */
  static String rows(int block, Role role, int part) {
    return Words.format("rows-%05d-%s-%05d.safetensors", block, role.key(), part);
  }

  /** Name of the weights of a role's linears as readers get them, in fp32. */
  static String weights(int block, Role role) {
    return Words.format("weights-%05d-%s.safetensors", block, role.key());
  }

  /** Name of the tensors that a role's linears give to the block's file. */
  static String tensors(int block, Role role) {
    return Words.format("tensors-%05d-%s.safetensors", block, role.key());
  }

  boolean has(String name) throws IOException {
    Path path = path(name);
    return path.getFileSystem(conf).exists(path);
  }

  void write(String name, Collection<NamedTensor> tensors) throws IOException {
    WrittenFile.write(
        conf, output, FOLDER + "/" + name, out -> SafetensorsWriter.write(tensors, out));
  }

  /** One matrix as a file. */
  void write(String name, Matrix matrix) throws IOException {
    write(
        name,
        List.of(
            NamedTensor.ofFloats(
                TensorInfo.of(VALUES, DType.F32, matrix.rows(), matrix.columns()),
                matrix.values())));
  }

  /** The matrix of {@link #write(String, Matrix)}. */
  Matrix matrix(String name) throws IOException {
    try (Checkpoint file = open(name)) {
      List<Long> shape = file.info(VALUES).shape();
      return new Matrix(
          Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)), file.floats(VALUES));
    }
  }

  /** The tensors of a file; to be closed. */
  Checkpoint open(String name) throws IOException {
    return SafetensorsFile.open(
        ModelFolders.open(new Path(output, FOLDER).toString(), conf).open(name));
  }

  /** Removes files that may be there. */
  void remove(Collection<String> names) throws IOException {
    FileSystem fileSystem = output.getFileSystem(conf);
    for (String name : names) {
      fileSystem.delete(path(name), false);
    }
  }

  private Path path(String name) {
    return new Path(output, FOLDER + "/" + name);
  }
}
