package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.TensorInfo;
import dev.foresight.tensor.TensorNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A compressed-tensors folder seen as the float model that it stands for: in place of the parts of
 * a linear {@code P} there is {@code P.weight}, whose floats are {@link
 * QuantizedLinear#dequantized}, bit for bit, and whose type is that of the steps.
 */
final class QuantizedCheckpoint implements Checkpoint {
  private final String location;
  private final Checkpoint stored;
  private final SortedMap<String, TensorInfo> tensors = new TreeMap<>();
  private final SortedMap<String, PackedLinear> packed = new TreeMap<>();

  /**
   * Takes over {@code stored}: it is closed with this checkpoint, or at once if it is refused.
   *
   * @param location what messages call the folder
   * @param config its {@code quantization_config}
   * @throws InputException if the weights are packed in a way that can't be read
   */
  static QuantizedCheckpoint of(String location, ObjectNode config, Checkpoint stored)
      throws IOException {
    try {
      return new QuantizedCheckpoint(location, config, stored);
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  private QuantizedCheckpoint(String location, ObjectNode config, Checkpoint stored)
      throws IOException {
    this.location = location;
    this.stored = stored;
    String where = "The quantization_config of " + location;
    CompressedTensorsSettings settings = CompressedTensorsSettings.read(where, config);
    stored.tensors().forEach(info -> tensors.put(info.name(), info));
    for (TensorInfo info : stored.tensors()) {
      if (info.name().endsWith(CompressedTensors.PACKED)) {
        String linear =
            info.name().substring(0, info.name().length() - CompressedTensors.PACKED.length());
        addLinear(PackedLinear.of(location, stored, linear, settings.schemeOf(linear)));
      }
    }
    if (packed.isEmpty()) {
      throw new InputException(
          "%s has a quantization_config, but no tensor ends with %s."
              .formatted(location, CompressedTensors.PACKED));
    }
  }

  private void addLinear(PackedLinear linear) {
    tensors.remove(linear.linear() + CompressedTensors.PACKED);
    tensors.remove(linear.linear() + CompressedTensors.SCALE);
    tensors.remove(linear.linear() + CompressedTensors.SHAPE);
    tensors.remove(linear.linear() + CompressedTensors.ZERO_POINT);
    TensorInfo weight = linear.weight();
    if (tensors.put(weight.name(), weight) != null) {
      throw new InputException(
          "%s holds %s both packed and in float. Fetch or write the folder again."
              .formatted(location, weight.name()));
    }
    packed.put(weight.name(), linear);
  }

  /**
   * Codes, steps and zero points of a linear.
   *
   * @param weight its tensor, for example {@code model.layers.0.mlp.up_proj.weight}
   */
  QuantizedLinear quantized(String weight) throws IOException {
    return packed.get(weight).read(stored);
  }

  @Override
  public Collection<TensorInfo> tensors() {
    return tensors.values().stream().toList();
  }

  @Override
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public TensorInfo info(String name) {
    TensorInfo info = tensors.get(name);
    if (info == null) {
      throw TensorNames.missing(location, name, tensors.keySet());
    }
    return info;
  }

  @Override
  public ByteBuffer bytes(String name) throws IOException {
    if (packed.containsKey(name)) {
      throw new InputException(
          "%s: %s is quantized, so it has no bytes of its own to copy. Name the folder with the original weights."
              .formatted(location, name));
    }
    return stored.bytes(name);
  }

  @Override
  public float[] floats(String name) throws IOException {
    return packed.containsKey(name) ? quantized(name).dequantized().values() : stored.floats(name);
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }
}
