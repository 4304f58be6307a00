package dev.foresight.export;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.export.DensePacker.Run;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The {@code pack-quantized} format of compressed-tensors, which transformers and vLLM read. For a
 * linear {@code P} of N outputs and K inputs:
 *
 * <ul>
 *   <li>{@code P.weight_packed}, I32 [N, ceil(K·bits/32)]: unsigned codes, a row a run
 *   <li>{@code P.weight_scale}, in the model's type, [N, K/group], or [N, 1] for whole rows
 *   <li>{@code P.weight_shape}, I64 [2]: N, K
 *   <li>{@code P.weight_zero_point}, I32 [ceil(N·bits/32), K/group], packed down the rows, only if
 *       asymmetric
 * </ul>
 *
 * <p>Its readers think in codes shifted by {@code 2^(bits-1)}; code and zero point are shifted
 * alike, so the bits and the weights are those of unsigned codes. They compute {@code (code - zero)
 * * step} in the type of the loaded model: loaded as fp32, that is {@link
 * QuantizedLinear#dequantized} bit for bit; as fp16 or bf16, the same rounded once, because every
 * code difference is exact in both types. That is what {@link Dequantized} writes.
 *
 * @see <a href="https://github.com/vllm-project/compressed-tensors">compressed-tensors</a>
 */
public final class CompressedTensors implements Container {
  static final String METHOD = "compressed-tensors";
  static final String FORMAT = "pack-quantized";
  static final String PACKED = ".weight_packed";
  static final String SCALE = ".weight_scale";
  static final String SHAPE = ".weight_shape";
  static final String ZERO_POINT = ".weight_zero_point";

  /** First release that reads the dense stream at every width; the layout is named by it alone. */
  static final String DENSE_SINCE = "0.17.0";

  @Override
  public String name() {
    return METHOD;
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
    return warnings(grid, List.of());
  }

  @Override
  public List<String> warnings(Grid grid, Collection<Grid> others) {
    List<String> warnings = new ArrayList<>();
    Stream.concat(Stream.of(grid), others.stream())
        .map(Grid::bits)
        .filter(bits -> Integer.SIZE % bits != 0)
        .distinct()
        .sorted()
        .forEach(
            bits ->
                warnings.add(
                    Words.format(
                        "Codes of %d bits are stored as compressed-tensors %s reads them: older releases misread the files without a word.",
                        bits, DENSE_SINCE)));
    if (!grid.symmetric()) {
      warnings.add(
          others.isEmpty()
              ? "transformers reads zero points because config.json asks it to dequantize, as 5.23 understands; where a release does not load them, pass CompressedTensorsConfig(dequantize=True)."
              : "transformers 5.23 can't load zero points together with several widths or groups, and stops: for it, write symmetric, or --override to float only.");
      if (grid.bits() != 4 && grid.bits() != 8) {
        warnings.add(
            Words.format(
                "vLLM reads zero points only with 4 and 8 bits: for it, write %d bits symmetric.",
                grid.bits()));
      }
    }
    return warnings;
  }

  @Override
  public List<NamedTensor> tensors(String linear, QuantizedLinear weight) {
    int rows = weight.rows();
    int columns = weight.columns();
    int groups = columns / weight.group();
    int bits = weight.grid().bits();
    List<NamedTensor> tensors = new ArrayList<>();
    tensors.add(
        new NamedTensor(
            TensorInfo.of(linear + PACKED, DType.I32, rows, DensePacker.words(columns, bits)),
            () -> packedCodes(weight)));
    tensors.add(
        NamedTensor.ofFloats(
            TensorInfo.of(linear + SCALE, weight.grid().stepType(), rows, groups), weight.steps()));
    tensors.add(
        new NamedTensor(
            TensorInfo.of(linear + SHAPE, DType.I64, 2),
            () -> littleEndian(2 * Long.BYTES).putLong(rows).putLong(columns).flip()));
    if (!weight.grid().symmetric()) {
      tensors.add(
          new NamedTensor(
              TensorInfo.of(linear + ZERO_POINT, DType.I32, DensePacker.words(rows, bits), groups),
              () -> packedZeros(weight)));
    }
    return tensors;
  }

  private static ByteBuffer packedCodes(QuantizedLinear weight) {
    int bits = weight.grid().bits();
    int columns = weight.columns();
    int words = DensePacker.words(columns, bits);
    ByteBuffer bytes = littleEndian((long) weight.rows() * words * Integer.BYTES);
    IntBuffer packed = bytes.asIntBuffer();
    for (int row = 0; row < weight.rows(); row++) {
      DensePacker.pack(
          weight.codes(), Run.along(row * columns), columns, bits, packed, Run.along(row * words));
    }
    return bytes;
  }

  private static ByteBuffer packedZeros(QuantizedLinear weight) {
    int bits = weight.grid().bits();
    int groups = weight.columns() / weight.group();
    int words = DensePacker.words(weight.rows(), bits);
    ByteBuffer bytes = littleEndian((long) words * groups * Integer.BYTES);
    IntBuffer packed = bytes.asIntBuffer();
    for (int group = 0; group < groups; group++) {
      Run column = new Run(group, groups);
      DensePacker.pack(weight.zeros(), column, weight.rows(), bits, packed, column);
    }
    return bytes;
  }

  private static ByteBuffer littleEndian(long length) {
    return ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public boolean holdsSeveralGrids() {
    return true;
  }

  @Override
  public Optional<ObjectNode> quantizationConfig(Grid grid, List<String> keptInFloat) {
    return quantizationConfig(grid, new TreeMap<>(), keptInFloat);
  }

  /** Readers prefer a group that names a linear to one that names its class. */
  @Override
  public Optional<ObjectNode> quantizationConfig(
      Grid grid, SortedMap<String, Grid> others, List<String> keptInFloat) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("quant_method", METHOD);
    config.put("format", FORMAT);
    config.put("quantization_status", "compressed");
    config.put("version", DENSE_SINCE);
    if (!grid.symmetric() && others.isEmpty()) {
      // transformers 5.23 can't lay out packed zero points, but reads them where it unpacks at
      // once;
      // of several groups it then takes the first for all linears, and loads wrong weights
      config.put("dequantize", true);
    }
    ObjectNode groups = config.putObject("config_groups");
    addGroup(groups, grid, List.of("Linear"));
    Map<Grid, List<String>> named = new LinkedHashMap<>();
    others.forEach(
        (name, own) ->
            named
                .computeIfAbsent(own, g -> new ArrayList<>())
                .add(KeptInFloat.target(KeptInFloat.inBlock(name))));
    named.forEach((own, names) -> addGroup(groups, own, names));
    keptInFloat.stream().map(KeptInFloat::target).sorted().forEach(config.putArray("ignore")::add);
    config.putNull("kv_cache_scheme");
    config.putNull("global_compression_ratio");
    config.putObject("sparsity_config");
    config.putObject("transform_config");
    return Optional.of(config);
  }

  /** Readers refuse keys that they don't know in here, so no word of ours may stand in it. */
  private static void addGroup(ObjectNode groups, Grid grid, List<String> targets) {
    ObjectNode group = groups.putObject("group_" + groups.size());
    targets.forEach(group.putArray("targets")::add);
    ObjectNode weights = group.putObject("weights");
    weights.put("num_bits", grid.bits());
    weights.put("type", "int");
    weights.put("symmetric", grid.symmetric());
    if (grid.group() == 0) {
      weights.put("strategy", "channel");
      weights.putNull("group_size");
    } else {
      weights.put("strategy", "group");
      weights.put("group_size", grid.group());
    }
    weights.put("dynamic", false);
    weights.putNull("actorder");
    weights.putNull("block_structure");
    weights.put("observer", "minmax");
    weights.putObject("observer_kwargs");
    group.putNull("input_activations");
    group.putNull("output_activations");
    group.put("format", FORMAT);
  }
}
