package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.model.Model;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RopeTableTest {
  private static final int PAIRS = 12;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default | \"rope_type\": \"default\"",
        "linear | \"rope_type\": \"linear\", \"factor\": 3.0",
        "llama3 | \"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
            + " \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 512"
      })
  void anglesEqualThoseOfTransformers(String kind, String config) throws IOException {
    try (Checkpoint golden = Llama.golden("/onnx/llama/golden.safetensors");
        Model model = Llama.open("\"rope_type\": \"default\"", config)) {
      RopeTable table = new RopeTable(model.config(), 8192);
      float[] wanted = golden.floats("rope." + kind); // [cosine and sine, positions, pairs]
      ByteBuffer positions = golden.bytes("rope.positions");
      int count = positions.remaining() / Integer.BYTES;
      for (int p = 0; p < count; p++) {
        int position = positions.getInt(p * Integer.BYTES);
        for (int pair = 0; pair < PAIRS; pair++) {
          FloatBuffer cosines = table.cosines(0, 8192);
          FloatBuffer sines = table.sines(0, 8192);
          float cosine = wanted[p * PAIRS + pair];
          float sine = wanted[(count + p) * PAIRS + pair];
          int at = position * PAIRS + pair;
          assertThat(Math.abs(cosines.get(at) - cosine)).isLessThan(tolerance(position));
          assertThat(Math.abs(sines.get(at) - sine)).isLessThan(tolerance(position));
        }
      }
    }
  }

  /**
   * An angle in fp32 may be off by an ulp or two of itself, at most as many radians as positions.
   */
  private static float tolerance(int position) {
    return 2 * Math.ulp((float) Math.max(1, position));
  }
}
