package dev.foresight.tensor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.hostile.HostileCases;
import dev.foresight.hostile.HostileCases.Case;
import dev.foresight.hostile.MemoryFolder;
import dev.foresight.hostile.Spoiler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Safetensors files and indexes, spoilt by the thousand. */
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileSafetensorsTest {
  private static void readAll(Checkpoint checkpoint) throws IOException {
    for (TensorInfo info : checkpoint.tensors()) {
      checkpoint.bytes(info.name());
      if (info.dtype().widensToFloat()) {
        checkpoint.floats(info.name());
      }
    }
  }

  @Test
  void spoiltSafetensorsAreReadOrRefused() throws IOException {
    byte[] good = Resources.read("reference.safetensors").array();
    int length = (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] data = Arrays.copyOfRange(good, Long.BYTES + length, good.length);
    ObjectNode header = StrictJson.object("header", new String(good, Long.BYTES, length, UTF_8));
    HostileCases.run(
        "safetensors",
        spoiler -> {
          byte[] spoilt =
              spoiler.pick(2) == 0 ? spoiler.bytes(good) : file(spoiler.json(header), data);
          return new Case(
              spoilt.length,
              () -> {
                try (SafetensorsFile file = SafetensorsFile.open(new BytesInMemory(spoilt))) {
                  readAll(file);
                }
              });
        });
  }

  private static byte[] file(byte[] header, byte[] data) {
    return ByteBuffer.allocate(Long.BYTES + header.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(data)
        .array();
  }

  @Test
  void spoiltIndexIsReadOrRefused() throws IOException {
    MemoryFolder folder =
        MemoryFolder.of("1.safetensors", weights("a", "b")).with("2.safetensors", weights("c"));
    ObjectNode index =
        StrictJson.object(
            "index",
            """
            {"metadata": {"total_size": 12},
             "weight_map": {"a": "1.safetensors", "b": "1.safetensors", "c": "2.safetensors"}}""");
    byte[] text = index.toString().getBytes(UTF_8);
    HostileCases.run("index", spoiler -> spoiltIndex(spoiler, folder, index, text));
  }

  private static Case spoiltIndex(
      Spoiler spoiler, MemoryFolder folder, ObjectNode index, byte[] text) {
    byte[] spoilt = spoiler.pick(4) == 0 ? spoiler.bytes(text) : spoiler.json(index);
    MemoryFolder model = folder.with(ShardedCheckpoint.INDEX, spoilt);
    return new Case(
        model.bytes(),
        () -> {
          try (Checkpoint checkpoint = Checkpoints.open(model)) {
            readAll(checkpoint);
          }
        });
  }

  private static byte[] weights(String... names) throws IOException {
    List<NamedTensor> tensors =
        Arrays.stream(names)
            .map(name -> NamedTensor.ofFloats(TensorInfo.of(name, DType.F32, 1), new float[1]))
            .toList();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsWriter.write(tensors, out);
    return out.toByteArray();
  }
}
