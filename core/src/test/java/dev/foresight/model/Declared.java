package dev.foresight.model;

import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.TensorInfo;
import dev.foresight.tensor.TensorNames;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A checkpoint that says which tensors it has, of any size, and holds none of their values. */
final class Declared implements Checkpoint {
  private final SortedMap<String, TensorInfo> tensors = new TreeMap<>();

  /** Exactly the tensors that a family asks for, all F16. */
  static Declared of(Architecture architecture, ModelConfig config) {
    Declared declared = new Declared();
    declared.add(architecture.outerTensors(config));
    for (int block = 0; block < config.blocks(); block++) {
      int number = block;
      architecture
          .blockTensors(config)
          .forEach(
              (path, shape) -> declared.add(Map.of(architecture.tensorName(number, path), shape)));
    }
    return declared;
  }

  private void add(Map<String, List<Long>> shapes) {
    shapes.forEach((name, shape) -> tensors.put(name, new TensorInfo(name, DType.F16, shape)));
  }

  /** One more, or another in its place. */
  Declared with(String name, DType dtype, long... shape) {
    tensors.put(name, TensorInfo.of(name, dtype, shape));
    return this;
  }

  /** One less. */
  Declared without(String name) {
    tensors.remove(name);
    return this;
  }

  @Override
  public Collection<TensorInfo> tensors() {
    return tensors.values();
  }

  @Override
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public TensorInfo info(String name) {
    if (!contains(name)) {
      throw TensorNames.missing("declared", name, tensors.keySet());
    }
    return tensors.get(name);
  }

  @Override
  public ByteBuffer bytes(String name) {
    throw new UnsupportedOperationException("No values are declared");
  }

  /** Tells under which name the values were asked for: its length. */
  @Override
  public float[] floats(String name) {
    return new float[] {info(name).name().length()};
  }

  @Override
  public void close() {}
}
