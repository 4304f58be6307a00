package dev.foresight.export;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.FloatTensors;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The weights files of a written folder: the first holds all that lies outside the blocks, then one
 * a block, so that blocks can be written by different tasks and one be written again alone.
 */
public final class WeightFiles {
  private final int blocks;
  private final SortedMap<String, String> fileOfTensor = new TreeMap<>();
  private long bytes;

  /**
   * @param blocks how many the model has
   */
  public WeightFiles(int blocks) {
    this.blocks = blocks;
  }

  /** Name of the file with everything outside the blocks. */
  public String outside() {
    return name(1);
  }

  /** Name of a block's file, blocks counted from 0. */
  public String ofBlock(int block) {
    return name(block + 2);
  }

  private String name(int number) {
    return Words.format("model-%05d-of-%05d.safetensors", number, blocks + 1);
  }

  /** A tensor left in float, in the type that the container wants. */
  public static NamedTensor inFloat(Checkpoint checkpoint, String name, Container container) {
    TensorInfo info = checkpoint.info(name);
    DType type = container.floatType().orElse(info.dtype());
    if (type == info.dtype() || !info.dtype().widensToFloat()) {
      return NamedTensor.copyOf(checkpoint, name);
    }
    return new NamedTensor(
        new TensorInfo(name, type, info.shape()),
        () -> FloatTensors.narrow(name, type, checkpoint.floats(name)));
  }

  /** Notes what was written to a file. */
  public void add(String file, Collection<NamedTensor> tensors) {
    tensors.forEach(tensor -> add(file, tensor.info()));
  }

  /**
   * Notes one tensor.
   *
   * @throws IllegalArgumentException if it was noted before
   */
  public void add(String file, TensorInfo tensor) {
    String before = fileOfTensor.put(tensor.name(), file);
    if (before != null) {
      throw new IllegalArgumentException(
          Words.format("%s lies in %s and in %s", tensor.name(), before, file));
    }
    bytes += tensor.bytes();
  }

  /** Text of {@link dev.foresight.tensor.ShardedCheckpoint#INDEX}. */
  public String index() {
    ObjectNode index = JsonNodeFactory.instance.objectNode();
    index.putObject("metadata").put("total_size", bytes);
    ObjectNode map = index.putObject("weight_map");
    fileOfTensor.forEach(map::put);
    return StrictJson.pretty(index);
  }
}
