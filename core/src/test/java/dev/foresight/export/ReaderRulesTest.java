package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.model.Architecture;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.Model;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every entry of a written config, held against all modules of models of many shapes by the rule of
 * every reader: what readers take for quantized is what is quantized, exactly.
 */
class ReaderRulesTest {
  private static final Grid GRID = new Grid(4, 64, true, DType.F16);
  private static final Grid EIGHT = new Grid(8, 64, true, DType.F16);
  private static final int BLOCKS = 12; // so that layers.1 is the beginning of layers.10

  /**
   * A checkpoint and what is left in float of it.
   *
   * @param modules linears outside the blocks, by their names in the checkpoint
   * @param floats pattern of linears of blocks that stay in float
   * @param eights pattern of those with 8 bits
   * @param readers how readers rename modules
   */
  record Shape(
      String name,
      String golden,
      List<String> modules,
      String floats,
      String eights,
      List<UnaryOperator<String>> readers) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final UnaryOperator<String> AS_STORED = name -> name;
  private static final UnaryOperator<String> WITHOUT_HEAD =
      name -> name.startsWith("model.") ? name.substring(6) : name; // AutoModel of transformers

  /** transformers 5 puts the parts of a larger model into {@code model}, all but the head. */
  private static final UnaryOperator<String> FIVE =
      name ->
          name.startsWith("language_model.model.")
              ? "model.language_model." + name.substring(21)
              : name.equals("language_model.lm_head") ? "lm_head" : "model." + name;

  static List<Shape> shapes() {
    List<UnaryOperator<String>> plain = List.of(AS_STORED, WITHOUT_HEAD);
    List<UnaryOperator<String>> larger = List.of(AS_STORED, FIVE);
    List<String> tower =
        List.of(
            "vision_tower.encoder.layers.1.self_attn.q_proj",
            "vision_tower.encoder.layers.10.mlp.fc1",
            "vision_tower.head",
            "multi_modal_projector.linear_1");
    String none = "^$";
    return List.of(
        new Shape("head only", "llama", List.of(), none, none, plain),
        new Shape("classifier", "llama", List.of("score"), none, none, plain),
        new Shape("two scores", "llama", List.of("score", "score2"), none, none, plain),
        new Shape("value head", "llama", List.of("v_head.summary"), none, none, plain),
        new Shape("dense", "llama", List.of("classifier.dense", "Linear"), none, none, plain),
        new Shape(
            "draft",
            "llama",
            List.of("draft.layers.1.mlp.gate_proj", "draft.layers.1.mlp.up_proj"),
            none,
            none,
            plain),
        new Shape("down 1", "llama", List.of(), "layers\\.1\\.mlp\\.down_proj$", none, plain),
        new Shape("mlp input 1", "llama", List.of(), "layers\\.1\\.mlp\\.(gate|up)_", none, plain),
        new Shape("qkv 1", "llama", List.of("score"), "\\.1\\.self_attn\\.[qkv]_", none, plain),
        new Shape("mixed", "llama", List.of(), "\\.0\\.", "\\.1\\.self_attn\\.[qkv]_", plain),
        new Shape("down 8", "qwen2", List.of("score"), none, "down_proj", plain),
        new Shape("fused", "phi3", List.of(), "\\.1\\.self_attn.qkv", "10.mlp.gate_up", plain),
        new Shape("larger", "gemma3", tower, none, none, larger),
        new Shape("larger mixed", "gemma3", tower, "\\.1\\.mlp", "\\.10\\.self_attn\\.o_", larger),
        new Shape(
            "larger with a classifier",
            "gemma3",
            List.of("language_model.score"),
            none,
            none,
            List.of(AS_STORED)));
  }

  /** A shape, with the model that it is of. */
  private static final class Case {
    private final Shape shape;
    private final SortedMap<String, Grid> eights = new TreeMap<>();
    private final Set<String> quantized = new TreeSet<>();
    private final Set<String> all = new TreeSet<>();
    private final List<String> kept;

    Case(Shape shape) throws IOException {
      this.shape = shape;
      try (Model model = new GoldenModel(shape.golden()).open()) {
        Architecture architecture = model.architecture();
        Set<String> floats = new TreeSet<>();
        List<TensorInfo> tensors = new ArrayList<>(model.checkpoint().tensors());
        for (int block = 0; block < BLOCKS; block++) {
          for (LinearSpec linear : architecture.linears()) {
            String name = architecture.tensorName(block, linear.path());
            tensors.add(TensorInfo.of(name + ".weight", DType.F16, 64, 64));
            boolean inFloat = Pattern.compile(shape.floats()).matcher(name).find();
            (inFloat ? floats : quantized).add(name);
            if (!inFloat && Pattern.compile(shape.eights()).matcher(name).find()) {
              eights.put(name, EIGHT);
            }
          }
        }
        for (String module : shape.modules()) {
          tensors.add(TensorInfo.of(module + ".weight", DType.F16, 2, 64));
        }
        tensors.add(TensorInfo.of("extra.bias", DType.F16, 2)); // no linear: nothing to name
        tensors.add(TensorInfo.of("newline", DType.F16, 2, 2));
        kept = KeptInFloat.of(architecture, model.config(), tensors, floats);
        all.addAll(quantized);
        all.addAll(floats);
        all.addAll(shape.modules());
        String head = architecture.head();
        all.add(head.substring(0, head.length() - ".weight".length()));
      }
    }

    Map<String, Integer> bits(UnaryOperator<String> reader) {
      return quantized.stream()
          .collect(
              Collectors.toMap(reader, name -> eights.containsKey(name) ? 8 : 4, Integer::max));
    }

    Set<String> names(Collection<String> of, UnaryOperator<String> reader) {
      return of.stream().map(reader).collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void compressedTensorsCoversWhatIsQuantizedAndNothingElse(Shape shape) throws IOException {
    Case it = new Case(shape);
    ObjectNode config =
        new CompressedTensors().quantizationConfig(GRID, it.eights, it.kept).orElseThrow();
    for (UnaryOperator<String> reader : shape.readers()) {
      Set<String> modules = it.names(it.all, reader);
      Map<String, Integer> expected = it.bits(reader);
      assertThat(ReaderRules.compressedTensors(config, modules)).isEqualTo(expected);
      assertThat(ReaderRules.vllm(config, modules, true)).isEqualTo(expected);
      assertThat(ReaderRules.vllm(config, modules, false)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void gptqCoversWhatIsQuantizedAndNothingElse(Shape shape) throws IOException {
    Case it = new Case(shape);
    for (String name : List.of("gptq", "gptq_v2")) {
      Container container = Containers.named(name);
      ObjectNode config = container.quantizationConfig(GRID, it.kept).orElseThrow();
      for (UnaryOperator<String> reader : shape.readers()) {
        Set<String> modules = it.names(it.all, reader);
        Set<String> expected = it.names(it.quantized, reader);
        assertThat(ReaderRules.gptqModel(config, modules)).isEqualTo(expected);
        assertThat(ReaderRules.vllmGptq(config, modules)).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void awqCoversWhatIsQuantizedAndNothingElse(Shape shape) throws IOException {
    Case it = new Case(shape);
    Container container = new Awq();
    container.checkKept(it.kept, it.quantized);
    ObjectNode config = container.quantizationConfig(GRID, it.kept).orElseThrow();
    for (UnaryOperator<String> reader : shape.readers()) {
      Set<String> modules = it.names(it.all, reader);
      Set<String> expected = it.names(it.quantized, reader);
      assertThat(ReaderRules.autoAwq(config, modules)).isEqualTo(expected);
      assertThat(ReaderRules.transformersAwq(config, modules)).isEqualTo(expected);
    }
  }

  @Test
  void pieceOfANameThatIsAlsoInQuantizedLinearsIsRefusedForAwqAlone() {
    List<String> quantized = List.of("model.layers.0.mlp.up_proj");
    for (String module : List.of("proj", "mlp", "a+b")) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> new Awq().checkKept(List.of("lm_head", module), quantized))
          .withMessageContaining("the piece '" + module + "' does not tell that module from model");
      new CompressedTensors().checkKept(List.of("lm_head", module), quantized);
    }
  }

  @Test
  void entriesAreMinimal() throws IOException {
    Case it = new Case(shapes().get(1));
    assertThat(
            new CompressedTensors().quantizationConfig(GRID, it.kept).orElseThrow().get("ignore"))
        .extracting(JsonNode::asText)
        .containsExactly("lm_head", "score");
    assertThat(
            new Gptq(Gptq.Zeros.LESS_ONE)
                .quantizationConfig(GRID, it.kept)
                .orElseThrow()
                .get("dynamic")
                .fieldNames())
        .toIterable()
        .containsExactly("-:^score$");
  }

  @Test
  void zeroPointsOfSeveralWidthsAreNotLoadedWrongByTransformers() {
    // transformers 5.23, dequantizing at loading, takes the first group's width for all linears
    Grid asymmetric = new Grid(4, 64, false, DType.F16);
    SortedMap<String, Grid> others =
        new TreeMap<>(Map.of("model.layers.0.mlp.up_proj", new Grid(8, 64, false, DType.F16)));
    CompressedTensors container = new CompressedTensors();
    assertThat(
            container
                .quantizationConfig(asymmetric, others, List.of())
                .orElseThrow()
                .has("dequantize"))
        .isFalse();
    assertThat(container.warnings(asymmetric, others.values()))
        .anyMatch(warning -> warning.contains("transformers 5.23 can't load zero points together"));
  }

  @Test
  void rulesAreThoseOfThePackages() throws IOException {
    // reader_rules_golden.py: transformers 5.23.0, compressed-tensors 0.20.0
    JsonNode golden =
        new ObjectMapper().readTree(ReaderRulesTest.class.getResource("/export/reader-rules.json"));
    List<String> modules = ReaderRules.texts(golden.get("modules"));
    for (JsonNode row : golden.get("rows")) {
      String entry = row.get("entry").asText();
      assertThat(modules.stream().filter(m -> ReaderRules.compressedTensors(m, entry)).toList())
          .as(entry)
          .isEqualTo(ReaderRules.texts(row.get("compressed-tensors")));
      if (row.has("transformers")) {
        assertThat(modules.stream().filter(m -> ReaderRules.transformersSkips(m, entry)).toList())
            .as(entry)
            .isEqualTo(ReaderRules.texts(row.get("transformers")));
      }
    }
  }
}
