package dev.foresight.export;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The format of GPTQ's checkpoints, which GPTQModel, vLLM and (through GPTQModel) transformers
 * read. For a linear {@code P} of N outputs and K inputs:
 *
 * <ul>
 *   <li>{@code P.qweight}, I32 [K·bits/32, N]: unsigned codes, an output's inputs a run
 *   <li>{@code P.qzeros}, I32 [K/group, N·bits/32]: zero points, a group's outputs a run
 *   <li>{@code P.scales}, F16 [K/group, N]
 *   <li>{@code P.g_idx}, I32 [K]: the group of each input; always in order, desc_act is false
 * </ul>
 *
 * <p>Readers compute {@code (code - zero) * step} in fp16: {@link QuantizedLinear#dequantized}
 * rounded once.
 *
 * @see <a href="https://github.com/ModelCloud/GPTQModel">GPTQModel</a>
 */
final class Gptq implements Container {
  static final String METHOD = "gptq";
  static final String CODES = ".qweight";
  static final String ZEROS = ".qzeros";
  static final String STEPS = ".scales";
  static final String GROUPS = ".g_idx";

  /** Rows and columns come in these, so that codes of every width fill whole words. */
  static final int MULTIPLE = 32;

  private static final List<Integer> KNOWN_GROUPS = List.of(0, 16, 32, 64, 128, 256, 512, 1024);

  /** How a file holds zero points: all that tells the two versions of the format apart. */
  enum Zeros {
    /** Second version. */
    AS_THEY_ARE("gptq_v2", 0),
    /**
     * First version: readers add 1, and not all of them cut the sum to the code's width again, so
     * zero point 0 is never used.
     */
    LESS_ONE("gptq", 1);

    private final String format;
    private final int offset;

    Zeros(String format, int offset) {
      this.format = format;
      this.offset = offset;
    }

    /** What configs call it. */
    String format() {
      return format;
    }

    /** What is added to the stored number. */
    int offset() {
      return offset;
    }
  }

  private final Zeros zeros;

  Gptq(Zeros zeros) {
    this.zeros = zeros;
  }

  @Override
  public String name() {
    return zeros.format;
  }

  static boolean hasWidth(int bits) {
    return bits == 2 || bits == 3 || bits == 4 || bits == 8;
  }

  @Override
  public boolean holds(int bits, boolean symmetric) {
    return hasWidth(bits);
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
  public Grid grid(int bits, int group, boolean symmetric, DType stored) {
    Grid any = Container.super.grid(bits, group, symmetric, stored);
    return new Grid(bits, group, symmetric, any.stepType(), zeros.offset);
  }

  @Override
  public void check(String linear, int rows, int columns) {
    if (rows % MULTIPLE != 0 || columns % MULTIPLE != 0) {
      throw new InputException(
          Words.format(
              "%s is %d x %d: --container %s can't hold it, its sides must be multiples of %d; compressed-tensors, dequantized can.",
              linear, rows, columns, name(), MULTIPLE));
    }
  }

  @Override
  public List<String> warnings(Grid grid) {
    List<String> warnings = new ArrayList<>();
    if (zeros == Zeros.AS_THEY_ARE) {
      warnings.add(
          "AutoGPTQ and old releases of vLLM do not know gptq_v2 and misread its zero points: for them, use --container gptq.");
    } else if (!grid.symmetric()) {
      warnings.add(
          "GPTQModel's own loader refuses gptq with zero points that another program wrote: for it, use --container gptq_v2.");
    }
    if (!KNOWN_GROUPS.contains(grid.group())) {
      warnings.add(
          Words.format(
              "GPTQModel reads groups of 16, 32, 64, 128, 256, 512, 1024 and whole rows, not of %d.",
              grid.group()));
    }
    return warnings;
  }

  @Override
  public List<NamedTensor> tensors(String linear, QuantizedLinear weight) {
    check(linear, weight.rows(), weight.columns());
    int rows = weight.rows();
    int groups = weight.columns() / weight.group();
    int bits = weight.grid().bits();
    return List.of(
        new NamedTensor(
            TensorInfo.of(
                linear + CODES, DType.I32, DensePacker.words(weight.columns(), bits), rows),
            () -> packedCodes(weight)),
        new NamedTensor(
            TensorInfo.of(linear + ZEROS, DType.I32, groups, DensePacker.words(rows, bits)),
            () -> packedZeros(linear, weight)),
        Transposed.steps(linear + STEPS, weight),
        new NamedTensor(
            TensorInfo.of(linear + GROUPS, DType.I32, weight.columns()), () -> groupOf(weight)));
  }

  private static ByteBuffer packedCodes(QuantizedLinear weight) {
    int bits = weight.grid().bits();
    int rows = weight.rows();
    int columns = weight.columns();
    ByteBuffer bytes = Transposed.words((long) DensePacker.words(columns, bits) * rows);
    IntBuffer packed = bytes.asIntBuffer();
    for (int row = 0; row < rows; row++) {
      DensePacker.pack(
          weight.codes(), Run.along(row * columns), columns, bits, packed, new Run(row, rows));
    }
    return bytes;
  }

  private ByteBuffer packedZeros(String linear, QuantizedLinear weight) {
    int bits = weight.grid().bits();
    int groups = weight.columns() / weight.group();
    int words = DensePacker.words(weight.rows(), bits);
    byte[] stored = weight.zeros().clone();
    for (int i = 0; i < stored.length; i++) {
      int shifted = Byte.toUnsignedInt(stored[i]) - zeros.offset;
      if (shifted < 0) { // a borrow would spoil the neighbour
        throw new IllegalArgumentException(linear + " was rounded to zero point 0");
      }
      stored[i] = (byte) shifted;
    }
    ByteBuffer bytes = Transposed.words((long) groups * words);
    IntBuffer packed = bytes.asIntBuffer();
    for (int group = 0; group < groups; group++) {
      DensePacker.pack(
          stored, new Run(group, groups), weight.rows(), bits, packed, Run.along(group * words));
    }
    return bytes;
  }

  private static ByteBuffer groupOf(QuantizedLinear weight) {
    ByteBuffer bytes = Transposed.words(weight.columns());
    for (int column = 0; column < weight.columns(); column++) {
      bytes.putInt(column / weight.group());
    }
    return bytes.flip();
  }

  @Override
  public Optional<ObjectNode> quantizationConfig(Grid grid, List<String> keptInFloat) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("quant_method", METHOD);
    config.setAll(settings(grid, keptInFloat));
    return Optional.of(config);
  }

  /** Loaders of before config.json held it look for the same settings in a file of their own. */
  @Override
  public Map<String, String> sideFiles(Grid grid, List<String> keptInFloat) {
    return Map.of("quantize_config.json", StrictJson.pretty(settings(grid, keptInFloat)));
  }

  private ObjectNode settings(Grid grid, List<String> keptInFloat) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("bits", grid.bits());
    config.put("group_size", grid.group() == 0 ? -1 : grid.group());
    config.put("desc_act", false);
    config.put("sym", grid.symmetric());
    config.put("lm_head", false);
    config.put("checkpoint_format", zeros.format);
    config.put("format", zeros.format);
    config.put("pack_dtype", "int32");
    config.put("true_sequential", true);
    config.put("damp_percent", 0.01); // means nothing here, but readers refuse 0 and its absence
    List<String> kept =
        keptInFloat.stream().filter(name -> !KeptInFloat.isHead(name)).sorted().toList();
    if (!kept.isEmpty()) {
      ObjectNode dynamic = config.putObject("dynamic");
      kept.forEach(name -> dynamic.putObject("-:" + KeptInFloat.regex(name)));
    }
    return config;
  }
}
