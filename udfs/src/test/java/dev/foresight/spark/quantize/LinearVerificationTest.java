package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.export.Container;
import dev.foresight.export.Containers;
import dev.foresight.export.WeightFiles;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.FutureWindow;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.spark.BareExecutor;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.spark.quantize.LinearVerification.Expected;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.MappedFile;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.ShardedCheckpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder in 4 bits, whole and spoilt; {@link CalibratedLlama} rounded to nearest. */
class LinearVerificationTest {
  private static final Grid GRID = new Grid(4, 16, true, DType.F16);
  private static final String LINEAR = "model.layers.1.self_attn.o_proj";
  private static final String OTHER = "model.layers.1.mlp.up_proj";

  @TempDir private static Path whole;
  private static final Map<String, String> DIGESTS = new TreeMap<>();

  @TempDir private Path folder;

  @BeforeAll
  static void quantize() throws IOException {
    Container container = Containers.named("compressed-tensors");
    QuantizationPlan plan =
        new QuantizationPlan(
            Method.RTN,
            container.name(),
            ModelGrids.of(GRID),
            SearchSettings.rtn(),
            FutureWindow.none(),
            null,
            1);
    Task task = new Task(CalibratedLlama.MODEL.toString(), whole.toString(), plan, null);
    WeightFiles files = new WeightFiles(CalibratedLlama.BLOCKS);
    try (BareExecutor executor = new BareExecutor()) {
      BlockQuantization quantization =
          new BlockQuantization(task, BareExecutor.broadcast(List.of()), CalibratedLlama.conf());
      for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
        QuantizedBlock done = quantization.call(block);
        done.tensors().forEach(tensor -> files.add(done.file(), tensor));
        String path = "model.layers.%d.".formatted(block);
        done.weights().forEach((linear, digest) -> DIGESTS.put(path + linear, digest));
      }
    }
    writeRest(files, container);
  }

  private static void writeRest(WeightFiles files, Container container) throws IOException {
    try (Model model = Model.open(new LocalModelFolder(CalibratedLlama.MODEL));
        OutputStream out = Files.newOutputStream(whole.resolve(files.outside()))) {
      List<NamedTensor> outside =
          List.of("model.embed_tokens.weight", "model.norm.weight", "lm_head.weight").stream()
              .map(name -> NamedTensor.copyOf(model.checkpoint(), name))
              .toList();
      SafetensorsWriter.write(outside, out);
      files.add(files.outside(), outside);
    }
    Files.writeString(whole.resolve(ShardedCheckpoint.INDEX), files.index());
    ObjectNode config =
        (ObjectNode) Json.MAPPER.readTree(CalibratedLlama.MODEL.resolve("config.json").toFile());
    config.set(
        "quantization_config",
        container.quantizationConfig(GRID, List.of("lm_head")).orElseThrow());
    Files.writeString(whole.resolve("config.json"), config.toString());
  }

  @BeforeEach
  void copy() throws IOException {
    try (var files = Files.list(whole)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  private List<String> problems(Expected... expected) throws IOException {
    return new LinearVerification(folder.toString(), CalibratedLlama.conf())
        .call(List.of(expected));
  }

  private static Expected expected(String linear) {
    return new Expected(linear, GRID, DIGESTS.get(linear));
  }

  /** Writes other bytes over some of a tensor in the file of block 1. */
  private void spoil(String tensor, int at, int... bytes) throws IOException {
    Path path = folder.resolve("model-00003-of-00004.safetensors");
    byte[] content = Files.readAllBytes(path);
    long start;
    try (SafetensorsFile file = SafetensorsFile.open(MappedFile.open(path))) {
      byte[] stored = new byte[Math.toIntExact(file.info(tensor).bytes())];
      file.bytes(tensor).get(stored);
      start = indexOf(content, stored);
    }
    for (int i = 0; i < bytes.length; i++) {
      content[(int) start + at + i] = (byte) bytes[i];
    }
    Files.write(path, content);
  }

  private static int indexOf(byte[] content, byte[] part) {
    for (int i = 0; i <= content.length - part.length; i++) {
      if (Arrays.equals(content, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("There is no such tensor");
  }

  @Test
  void everyLinearIsWhatWasWritten() throws IOException {
    List<Expected> all = new ArrayList<>();
    new TreeSet<>(DIGESTS.keySet()).forEach(linear -> all.add(expected(linear)));
    assertThat(all).hasSize(21);
    assertThat(problems(all.toArray(Expected[]::new))).isEmpty();
  }

  @Test
  void folderOfSomebodyElseIsCheckedAgainstItsOwnGrid() throws IOException {
    assertThat(problems(new Expected(LINEAR, null, null))).isEmpty();
    spoil(LINEAR + ".weight_scale", 0, 0, 0);
    assertThat(problems(new Expected(LINEAR, null, null)))
        .containsExactly(LINEAR + ": the step of row 0, group 0 is 0.0");
  }

  @Test
  void otherGridThanThatOfTheReportIsAProblem() throws IOException {
    Grid three = new Grid(3, 16, true, DType.F16);
    Grid wide = new Grid(4, 32, true, DType.F16);
    assertThat(problems(new Expected(LINEAR, three, null), new Expected(OTHER, wide, null)))
        .containsExactly(
            LINEAR + ": it has 4 bits, not 3", OTHER + ": its groups have 16 channels, not 32");
  }

  /** Row 0 has 96 / 16 groups, so the eighth step is the second of row 1. */
  @Test
  void stepOfALaterRowIsNamedByItsPlace() throws IOException {
    spoil(LINEAR + ".weight_scale", 2 * 7, 0, 0);
    assertThat(problems(expected(LINEAR)))
        .containsExactly(LINEAR + ": the step of row 1, group 1 is 0.0");
  }

  /** 0x7c00 is infinity in fp16. */
  @Test
  void stepThatIsInfiniteIsNamedWithItsFile() throws IOException {
    spoil(LINEAR + ".weight_scale", 2 * 7, 0x00, 0x7c);
    assertThat(problems(expected(LINEAR), expected(OTHER)))
        .singleElement()
        .asString()
        .contains("model-00003-of-00004.safetensors")
        .contains("element 7 of " + LINEAR + ".weight_scale is Infinity");
  }

  @Test
  void changedCodeIsFoundByTheHashOfTheWeights() throws IOException {
    spoil(LINEAR + ".weight_packed", 40, 0x12, 0x34, 0x56, 0x78);
    assertThat(problems(expected(OTHER), expected(LINEAR)))
        .containsExactly(LINEAR + ": its weights are not those that were written");
    assertThat(problems(new Expected(LINEAR, GRID, null))).as("nobody wrote it down").isEmpty();
  }

  @Test
  void linearThatIsNotThereDoesNotHideTheNext() throws IOException {
    String missing = "model.layers.1.mlp.side_proj";
    List<String> problems =
        problems(new Expected(missing, GRID, null), new Expected(LINEAR, GRID, "0".repeat(64)));
    assertThat(problems).hasSize(2);
    assertThat(problems.get(0)).contains(missing);
    assertThat(problems.get(1)).startsWith(LINEAR + ": its weights");
  }
}
