package dev.foresight.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import dev.foresight.hostile.MemoryFolder;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnfinishedFolderTest {
  private static MemoryFolder folder() throws IOException {
    ByteArrayOutputStream weights = new ByteArrayOutputStream();
    SafetensorsWriter.write(
        List.of(NamedTensor.ofFloats(TensorInfo.of("w", DType.F32, 1), new float[1])), weights);
    return MemoryFolder.of("config.json", "{}".getBytes(UTF_8))
        .with("model.safetensors", weights.toByteArray());
  }

  @Test
  void folderThatForesightDidNotFinishIsRefused() throws IOException {
    MemoryFolder unfinished =
        folder().with("report.json", "{\"writer\":\"foresight\"}".getBytes(UTF_8));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> ExportedCheckpoints.open(unfinished))
        .withMessage(
            "m was not finished by the job that wrote it (no _SUCCESS): write it again with --overwrite.");
    assertThat(ExportedCheckpoints.open(unfinished.with("_SUCCESS", new byte[0])).contains("w"))
        .isTrue();
  }

  @Test
  void folderOfAnotherWriterNeedsNoMark() throws IOException {
    MemoryFolder other = folder().with("report.json", "{\"writer\":\"other\"}".getBytes(UTF_8));
    assertThat(ExportedCheckpoints.open(other).contains("w")).isTrue();
    assertThat(ExportedCheckpoints.open(folder()).contains("w")).isTrue();
  }
}
