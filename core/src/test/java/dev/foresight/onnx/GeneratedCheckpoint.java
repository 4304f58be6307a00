package dev.foresight.onnx;

import dev.foresight.model.Architectures;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** Weights of blocks that no file holds. */
public record GeneratedCheckpoint(Function<String, float[]> values) implements Checkpoint {
  /** A model of such weights, by their full names. */
  public static Model model(ModelConfig config, Function<String, float[]> values) {
    return new Model(
        config,
        Architectures.find(config.modelType()).orElseThrow(),
        new GeneratedCheckpoint(values),
        "memory",
        false,
        List.of());
  }

  @Override
  public Collection<TensorInfo> tensors() {
    return List.of();
  }

  @Override
  public boolean contains(String name) {
    return true;
  }

  @Override
  public TensorInfo info(String name) {
    throw new UnsupportedOperationException("Blocks ask for floats only");
  }

  @Override
  public ByteBuffer bytes(String name) {
    throw new UnsupportedOperationException("Blocks ask for floats only");
  }

  @Override
  public float[] floats(String name) {
    return values.apply(name);
  }

  @Override
  public void close() {}
}
