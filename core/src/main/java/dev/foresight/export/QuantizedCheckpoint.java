package dev.foresight.export;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.TensorInfo;
import dev.foresight.tensor.TensorNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A quantized folder seen as the float model that it stands for: in place of the parts of a linear
 * {@code P} there is {@code P.weight}, whose floats are those of {@link
 * QuantizedLinear#dequantized}, bit for bit, and whose type is that of the steps.
 */
final class QuantizedCheckpoint implements Checkpoint {
  private static final String WEIGHT = ".weight";

  private final String location;
  private final Checkpoint stored;
  private final SortedMap<String, TensorInfo> tensors = new TreeMap<>();
  private final SortedMap<String, StoredLinear> packed = new TreeMap<>();

  /**
   * Takes over {@code stored}: it is closed with this checkpoint, or at once if it is refused.
   *
   * @param location what messages call the folder
   * @param format what its {@code quantization_config} says
   * @throws InputException if the weights are packed in a way that can't be read
   */
  static QuantizedCheckpoint of(String location, StoredLinear.Format format, Checkpoint stored)
      throws IOException {
    try {
      return new QuantizedCheckpoint(location, format, stored);
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  private QuantizedCheckpoint(String location, StoredLinear.Format format, Checkpoint stored)
      throws IOException {
    this.location = location;
    this.stored = stored;
    stored.tensors().forEach(info -> tensors.put(info.name(), info));
    String mark = format.mark();
    for (TensorInfo info : stored.tensors()) {
      if (info.name().endsWith(mark)) {
        String linear = info.name().substring(0, info.name().length() - mark.length());
        addLinear(format.linear(location, stored, linear));
      }
    }
    if (packed.isEmpty()) {
      throw new InputException(
          Words.format("%s has a quantization_config, but no tensor ends with %s.", location, mark));
    }
  }

  private void addLinear(StoredLinear linear) {
    linear.parts().forEach(tensors::remove);
    TensorInfo weight = linear.weight();
    if (tensors.put(weight.name(), weight) != null) {
      throw new InputException(
          Words.format("%s holds %s both packed and in float. Fetch or write the folder again.", location, weight.name()));
    }
    packed.put(weight.name(), linear);
  }

  /** Names of the linears without {@code .weight}, sorted. */
  List<String> packed() {
    return packed.keySet().stream().map(QuantizedCheckpoint::withoutWeight).toList();
  }

  /** Codes, steps and zero points of a linear. */
  QuantizedLinear codes(String linear) throws IOException {
    StoredLinear stands = packed.get(linear + WEIGHT);
    if (stands == null) {
      throw TensorNames.missing(location, linear + WEIGHT, packed.keySet());
    }
    return stands.codes(stored);
  }

  private static String withoutWeight(String name) {
    return name.substring(0, name.length() - WEIGHT.length());
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
          Words.format("%s: %s is quantized, so it has no bytes of its own to copy. Name the folder with the original weights.", location, name));
    }
    return stored.bytes(name);
  }

  @Override
  public boolean dequantizes(String name) {
    return packed.containsKey(name);
  }

  @Override
  public float[] floats(String name) throws IOException {
    return packed.containsKey(name) ? packed.get(name).floats(stored) : stored.floats(name);
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }
}
