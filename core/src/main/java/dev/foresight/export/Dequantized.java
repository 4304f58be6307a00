package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.util.List;
import java.util.Optional;

/**
 * Quantized weights written out as plain floats: nothing is saved, but everything that reads the
 * original reads the result.
 *
 * <p>Steps and weights have the type of the original. So a weight {@code (code - zero) * step} is
 * rounded once more, to that type; it is what a reader of a packed file computes when it loads the
 * model in that type.
 */
public final class Dequantized implements Container {
  @Override
  public String name() {
    return "dequantized";
  }

  @Override
  public boolean holds(int bits, boolean symmetric) {
    return bits >= 2 && bits <= 8;
  }

  @Override
  public boolean symmetricByDefault() {
    return true;
  }

  @Override
  public DType stepType(DType stored) {
    return stored;
  }

  @Override
  public Optional<DType> floatType() {
    return Optional.empty();
  }

  @Override
  public List<String> warnings(Grid grid) {
    return List.of();
  }

  @Override
  public List<NamedTensor> tensors(String linear, QuantizedLinear weight) {
    TensorInfo info =
        TensorInfo.of(
            linear + ".weight", weight.grid().stepType(), weight.rows(), weight.columns());
    return List.of(
        new NamedTensor(
            info, () -> NamedTensor.ofFloats(info, weight.dequantized().values()).data().bytes()));
  }

  @Override
  public boolean holdsSeveralGrids() {
    return true;
  }

  @Override
  public float[] read(QuantizedLinear weight) {
    float[] values = weight.dequantized().values();
    for (int i = 0; i < values.length; i++) {
      values[i] = weight.grid().stepType().round(values[i]);
    }
    return values;
  }

  @Override
  public Optional<ObjectNode> quantizationConfig(Grid grid, List<String> keptInFloat) {
    return Optional.empty();
  }
}
