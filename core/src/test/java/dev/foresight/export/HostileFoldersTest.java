package dev.foresight.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.hostile.HostileCases;
import dev.foresight.hostile.HostileCases.Case;
import dev.foresight.hostile.MemoryFolder;
import dev.foresight.hostile.Spoiler;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of every container that is read, spoilt by the thousand. */
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileFoldersTest {
  private static final String WEIGHTS = "model.safetensors";
  private static final String LINEAR = "model.layers.0.mlp.up_proj";

  /** What a good folder holds. */
  private record Good(ObjectNode config, List<NamedTensor> tensors) {}

  private static Good good(String container, int bits, boolean symmetric) {
    Container written = Containers.named(container);
    Grid grid = written.grid(bits, 32, symmetric, DType.F16);
    String config =
        WrittenConfig.text("m", StrictJson.object("c", "{}"), written, grid, List.of("lm_head"));
    return new Good(
        StrictJson.object("config", config),
        written.tensors(LINEAR, RandomLinear.of(grid, 32, 64, 17)));
  }

  @ParameterizedTest
  @CsvSource({
    "gptq, 4, false",
    "gptq_v2, 3, false",
    "awq, 4, false",
    "compressed-tensors, 4, true",
    "compressed-tensors, 3, false"
  })
  void spoiltFolderIsReadOrRefused(String container, int bits, boolean symmetric)
      throws IOException {
    Good good = good(container, bits, symmetric);
    byte[] config = good.config().toString().getBytes(UTF_8);
    byte[] weights = bytes(good.tensors());
    HostileCases.run(
        "%s of %d bits".formatted(container, bits),
        spoiler -> {
          int way = spoiler.pick(5);
          MemoryFolder folder =
              MemoryFolder.of("config.json", way < 3 ? spoiltConfig(spoiler, good) : config)
                  .with(
                      WEIGHTS,
                      way < 2
                          ? weights
                          : way < 4 ? spoiltTensors(spoiler, good) : spoiler.bytes(weights));
          return new Case(folder.bytes(), () -> readAll(folder));
        });
  }

  private static void readAll(MemoryFolder folder) throws IOException {
    try (Checkpoint checkpoint = ExportedCheckpoints.open(folder)) {
      for (TensorInfo info : checkpoint.tensors()) {
        if (info.dtype().widensToFloat()) {
          checkpoint.floats(info.name());
        }
      }
    }
  }

  private static byte[] spoiltConfig(Spoiler spoiler, Good good) {
    byte[] inner = spoiler.json((ObjectNode) good.config().get("quantization_config"));
    byte[] start = "{\"quantization_config\":".getBytes(UTF_8);
    return ByteBuffer.allocate(start.length + inner.length + 1)
        .put(start)
        .put(inner)
        .put((byte) '}')
        .array();
  }

  /** Tensors of other shapes and types, or none, in a file that is right in itself. */
  private static byte[] spoiltTensors(Spoiler spoiler, Good good) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>(good.tensors());
    for (int times = 1 + spoiler.pick(2); times > 0 && !tensors.isEmpty(); times--) {
      NamedTensor tensor = tensors.remove(spoiler.pick(tensors.size()));
      TensorInfo info = spoiler.pick(4) == 0 ? null : spoilt(spoiler, tensor.info());
      if (info != null) {
        byte[] noise = spoiler.noise((int) info.bytes());
        tensors.add(new NamedTensor(info, () -> ByteBuffer.wrap(noise)));
      }
    }
    return bytes(tensors);
  }

  private static TensorInfo spoilt(Spoiler spoiler, TensorInfo good) {
    List<Long> shape = new ArrayList<>(good.shape());
    switch (shape.isEmpty() ? 0 : spoiler.pick(4)) {
      case 0 -> shape.add(spoiler.pick(shape.size() + 1), (long) spoiler.pick(2));
      case 1 -> shape.remove(spoiler.pick(shape.size()));
      default -> shape.set(spoiler.pick(shape.size()), Math.abs(spoiler.size() >> 2));
    }
    if (spoiler.pick(3) == 0 && !shape.isEmpty()) {
      shape.set(spoiler.pick(shape.size()), 0L); // then the others may be anything
    }
    DType type = spoiler.pick(3) == 0 ? spoiler.pick(List.of(DType.values())) : good.dtype();
    TensorInfo info = new TensorInfo(good.name(), type, shape);
    try {
      return info.bytes() > 1 << 16 ? null : info;
    } catch (ArithmeticException e) {
      return null; // the safetensors reader's own cases have such shapes
    }
  }

  private static byte[] bytes(List<NamedTensor> tensors) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsWriter.write(tensors, out);
    return out.toByteArray();
  }
}
