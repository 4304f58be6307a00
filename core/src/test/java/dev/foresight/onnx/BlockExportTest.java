package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.foresight.model.Model;
import dev.foresight.onnx.graph.BlockGraph;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Statistic;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockExportTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Precision.class)
  void exportedFilesOpenedByNameGiveTheBitsOfTheRunner(Precision precision)
      throws IOException, OrtException {
    export(precision, List.of());
    try (Checkpoint example =
        SafetensorsFile.open(new LocalModelFolder(folder).open(BlockExport.EXAMPLE))) {
      for (int block = 0; block < 3; block++) {
        float[] found = run(block, example, precision);
        assertThat(found).as("block %d", block).isEqualTo(example.floats("hidden." + (block + 1)));
      }
    }
  }

  @Test
  void graphsMeasureOnRequest() throws IOException, OrtException {
    export(Precision.FP32, Statistics.all());
    try (SessionOptions options = new SessionOptions();
        OrtSession session = OnnxEnvironment.get().createSession(file(0), options)) {
      assertThat(session.getOutputNames())
          .contains(
              "next",
              "mlp_output.sum_abs",
              "mlp_output.sum",
              "mlp_output.sum_square",
              "mlp_output.max_abs",
              "mlp_output.rows");
    }
  }

  private void export(Precision precision, List<Statistic<?>> statistics) throws IOException {
    try (Model model = Llama.open()) {
      BlockExport export = new BlockExport(model, precision, statistics);
      for (int block = 0; block < model.config().blocks(); block++) {
        export.block(block, folder);
      }
      export.example(9, folder);
    }
  }

  private String file(int block) {
    return folder.resolve("block-%05d.onnx".formatted(block)).toString();
  }

  /** Opens a file as any other program would: by its name, with the options of a default. */
  private float[] run(int block, Checkpoint example, Precision precision)
      throws IOException, OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try (SessionOptions options = new SessionOptions()) {
      options.addConfigEntry("session.disable_prepacking", precision.repacks() ? "0" : "1");
      try (OrtSession session = OnnxEnvironment.get().createSession(file(block), options)) {
        for (String name : session.getInputNames()) {
          inputs.put(name, tensor(example, name.equals("hidden") ? "hidden." + block : name));
        }
        try (OrtSession.Result result = session.run(inputs)) {
          OnnxTensor next = (OnnxTensor) result.get(BlockGraph.NEXT).orElseThrow();
          float[] values = new float[(int) next.getInfo().getNumElements()];
          next.getFloatBuffer().get(values);
          return values;
        }
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(Checkpoint example, String name)
      throws IOException, OrtException {
    TensorInfo info = example.info(name);
    long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
    return info.dtype() == DType.I64
        ? OnnxTensor.createTensor(OnnxEnvironment.get(), example.bytes(name).asLongBuffer(), shape)
        : OnnxTensor.createTensor(
            OnnxEnvironment.get(), example.bytes(name).asFloatBuffer(), shape);
  }
}
