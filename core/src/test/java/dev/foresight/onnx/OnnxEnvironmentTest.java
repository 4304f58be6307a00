package dev.foresight.onnx;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OnnxEnvironmentTest {
  private static final int SIDE = 2048; // a weight of 16 MiB

  @TempDir private Path folder;

  @Test
  void enginesOfDjlAndOursAreTheSameRuntime() {
    assertThat(OnnxEnvironment.get().getVersion()).isEqualTo("1.28.0");
    assertThat(Engine.getEngine("OnnxRuntime").getEngineName()).isEqualTo("OnnxRuntime");
  }

  @Test
  void weightsMayBeOverwrittenOnceTheSessionIsOpen() throws OrtException {
    FloatBuffer weight = FloatPool.allocate(4);
    weight.put(0, new float[] {1, 2, 3, 4});
    OnnxGraph graph = new OnnxGraph("linear");
    String x = graph.input("x", "rows", 2);
    String w = graph.weight("w", List.of(2L, 2L));
    graph.output("y", "Gemm", List.of(x, w), attribute("transB", 1));
    long[] shape = {2, 2};
    try (OrtSession session =
        OnnxEnvironment.session(
            graph.bytes(), Map.of("w", new Weight(weight, shape)), 1, Scratch.FREED)) {
      weight.put(0, new float[] {Float.NaN, Float.NaN, Float.NaN, Float.NaN});
      FloatBuffer row = FloatBuffer.wrap(new float[] {10, 1});
      try (OnnxTensor in = OnnxTensor.createTensor(OnnxEnvironment.get(), row, new long[] {1, 2});
          OrtSession.Result result = session.run(Map.of("x", in))) {
        float[] found = new float[2];
        ((OnnxTensor) result.get(0)).getFloatBuffer().get(found);
        assertThat(found).containsExactly(12, 34);
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void closedSessionsGiveTheirMemoryBack() throws OrtException, IOException {
    FloatBuffer weight = FloatPool.allocate(SIDE * SIDE);
    openAndClose(weight, 5);
    long before = residentMegabytes();
    openAndClose(weight, 40); // 640 MiB, were they kept
    assertThat(residentMegabytes() - before).isLessThan(160);
  }

  private static void openAndClose(FloatBuffer weight, int times) throws OrtException {
    OnnxGraph graph = new OnnxGraph("linear");
    String x = graph.input("x", "rows", SIDE);
    String w = graph.weight("w", List.of((long) SIDE, (long) SIDE));
    graph.output("y", "Gemm", List.of(x, w), attribute("transB", 1));
    long[] shape = {SIDE, SIDE};
    for (int i = 0; i < times; i++) {
      OnnxEnvironment.session(
              graph.bytes(), Map.of("w", new Weight(weight, shape)), 1, Scratch.FREED)
          .close();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void closedSessionsOfMappedFilesGiveTheirMemoryBack() throws OrtException, IOException {
    OnnxGraph graph = new OnnxGraph("linear");
    String x = graph.input("x", "rows", SIDE);
    String w = graph.weight("w", List.of((long) SIDE, (long) SIDE));
    graph.output("y", "Gemm", List.of(x, w), attribute("transB", 1));
    WeightLayout layout = new WeightLayout(graph.bytes());
    Files.write(folder.resolve("w"), new byte[(int) layout.end()]);
    runAndClose(layout, 5);
    long before = residentMegabytes();
    runAndClose(layout, 40); // 640 MiB, were they kept
    assertThat(residentMegabytes() - before).isLessThan(160);
  }

  private void runAndClose(WeightLayout layout, int times) throws OrtException {
    for (int i = 0; i < times; i++) {
      boolean repack = i % 2 == 0;
      try (OrtSession session =
              OnnxEnvironment.session(layout.graph("w"), folder, repack, 1, Scratch.FREED);
          OnnxTensor in =
              OnnxTensor.createTensor(
                  OnnxEnvironment.get(), FloatPool.allocate(SIDE), new long[] {1, SIDE})) {
        session.run(Map.of("x", in)).close();
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void sessionsThatFailGiveTheirMemoryBack() throws IOException {
    FloatBuffer weight = FloatPool.allocate(SIDE * SIDE);
    failToOpen(weight, 5);
    long before = residentMegabytes();
    failToOpen(weight, 40); // 640 MiB, were they kept
    assertThat(residentMegabytes() - before).isLessThan(160);
  }

  /** The weight is handed over and copied, then a second one turns out to be missing. */
  private static void failToOpen(FloatBuffer weight, int times) {
    OnnxGraph graph = new OnnxGraph("linear");
    String x = graph.input("x", "rows", SIDE);
    String w = graph.weight("w", List.of((long) SIDE, (long) SIDE));
    String missing = graph.weight("missing", List.of((long) SIDE));
    graph.output("y", "Gemm", List.of(x, w, missing), attribute("transB", 1));
    Map<String, Weight> weights = Map.of("w", new Weight(weight, new long[] {SIDE, SIDE}));
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(() -> OnnxEnvironment.session(graph.bytes(), weights, 1, Scratch.FREED))
          .isInstanceOf(OnnxException.class)
          .hasMessageContaining("missing");
    }
  }

  private static long residentMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IOException("/proc/self/status has no VmRSS");
  }
}
