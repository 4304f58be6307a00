package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.DensePacker.Run;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code gemm} format of AutoAWQ, which vLLM and (through GPTQModel) transformers read too. For
 * a linear {@code P} of N outputs and K inputs:
 *
 * <ul>
 *   <li>{@code P.qweight}, I32 [K, N/8]: unsigned codes of 4 bits, an input's outputs a run
 *   <li>{@code P.qzeros}, I32 [K/group, N/8]: zero points alike; symmetric weights have 8 in it
 *   <li>{@code P.scales}, F16 [K/group, N]
 * </ul>
 *
 * <p>The eight outputs of a word lie in it in the order 0, 2, 4, 6, 1, 3, 5, 7. Readers compute
 * {@code (code - zero) * step} in fp16: {@link QuantizedLinear#dequantized} rounded once.
 *
 * @see <a href="https://github.com/casper-hansen/AutoAWQ">AutoAWQ</a>
 */
final class Awq implements Container {
  static final String METHOD = "awq";
  static final int BITS = 4;

  /** Outputs of a word. */
  static final int MULTIPLE = 8;

  /** Output of each nibble of a word, lowest bits first. */
  private static final int[] ORDER = {0, 2, 4, 6, 1, 3, 5, 7};

  private static final List<Integer> KNOWN_GROUPS = List.of(0, 32, 64, 128);

  /** Inputs turned at a time: few enough that their outputs stay in a cache. */
  private static final int TILE = 64;

  @Override
  public String name() {
    return METHOD;
  }

  @Override
  public boolean holds(int bits, boolean symmetric) {
    return bits == BITS;
  }

  @Override
  public boolean symmetricByDefault() {
    return false;
  }

  @Override
  public DType stepType(DType stored) {
    return DType.F16;
  }

  @Override
  public Optional<DType> floatType() {
    return Optional.of(DType.F16);
  }

  @Override
  public void check(String linear, int rows, int columns) {
    if (rows % MULTIPLE != 0) {
      throw new InputException(
          Words.format(
              "%s has %d outputs: --container awq can't hold it, they must be a multiple of %d; compressed-tensors, dequantized can.",
              linear, rows, MULTIPLE));
    }
  }

  @Override
  public void checkKept(List<String> keptInFloat, Collection<String> quantized) {
    KeptInFloat.requireDistinctPieces(keptInFloat, quantized);
  }

  @Override
  public List<String> warnings(Grid grid) {
    return KNOWN_GROUPS.contains(grid.group())
        ? List.of()
        : List.of(
            Words.format(
                "vLLM's fast kernels read groups of 32, 64, 128 and whole rows, not of %d.",
                grid.group()));
  }

  @Override
  public List<NamedTensor> tensors(String linear, QuantizedLinear weight) {
    check(linear, weight.rows(), weight.columns());
    int rows = weight.rows();
    int columns = weight.columns();
    int groups = columns / weight.group();
    return List.of(
        new NamedTensor(
            TensorInfo.of(linear + Gptq.CODES, DType.I32, columns, rows / MULTIPLE),
            () -> packed(weight.codes(), rows, columns)),
        new NamedTensor(
            TensorInfo.of(linear + Gptq.ZEROS, DType.I32, groups, rows / MULTIPLE),
            () -> packed(weight.zeros(), rows, groups)),
        Transposed.steps(linear + Gptq.STEPS, weight));
  }

  /** Packs a matrix of codes [rows, columns], turned. */
  private static ByteBuffer packed(byte[] codes, int rows, int columns) {
    int words = rows / MULTIPLE;
    ByteBuffer bytes = Transposed.words((long) columns * words);
    IntBuffer packed = bytes.asIntBuffer();
    byte[] tile = new byte[Math.min(TILE, columns) * rows];
    for (int first = 0; first < columns; first += TILE) {
      int count = Math.min(TILE, columns - first);
      for (int row = 0; row < rows; row++) {
        int source = row - row % MULTIPLE + ORDER[row % MULTIPLE];
        for (int i = 0; i < count; i++) {
          tile[i * rows + row] = codes[source * columns + first + i];
        }
      }
      DensePacker.pack(tile, Run.along(0), count * rows, BITS, packed, Run.along(first * words));
    }
    return bytes;
  }

  /** The reverse of {@link #packed}. */
  static byte[] unpacked(IntBuffer packed, int rows, int columns) {
    int words = rows / MULTIPLE;
    byte[] codes = new byte[rows * columns];
    byte[] tile = new byte[Math.min(TILE, columns) * rows];
    for (int first = 0; first < columns; first += TILE) {
      int count = Math.min(TILE, columns - first);
      DensePacker.unpack(packed, Run.along(first * words), tile, Run.along(0), count * rows, BITS);
      for (int row = 0; row < rows; row++) {
        int target = row - row % MULTIPLE + ORDER[row % MULTIPLE];
        for (int i = 0; i < count; i++) {
          codes[target * columns + first + i] = tile[i * rows + row];
        }
      }
    }
    return codes;
  }

  @Override
  public Optional<ObjectNode> quantizationConfig(Grid grid, List<String> keptInFloat) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("quant_method", METHOD);
    config.put("bits", BITS);
    config.put("group_size", size(grid));
    config.put("zero_point", true); // readers need the zero points of symmetric weights too
    config.put("version", "gemm");
    // where the list is missing, vLLM guesses
    ArrayNode kept = config.putArray("modules_to_not_convert");
    keptInFloat.stream().flatMap(KeptInFloat::pieces).sorted().forEach(kept::add);
    return Optional.of(config);
  }

  /** What AutoAWQ looks for where config.json says nothing. */
  @Override
  public Map<String, String> sideFiles(Grid grid, List<String> keptInFloat) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("zero_point", true);
    config.put("q_group_size", size(grid));
    config.put("w_bit", BITS);
    config.put("version", "GEMM");
    return Map.of("quant_config.json", StrictJson.pretty(config));
  }

  private static int size(Grid grid) {
    return grid.group() == 0 ? -1 : grid.group();
  }
}
