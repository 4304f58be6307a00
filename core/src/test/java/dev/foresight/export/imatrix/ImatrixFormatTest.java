package dev.foresight.export.imatrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.foresight.export.Goldens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ImatrixFormatTest {
  @Test
  void ggufFileIsTheOneThatGgufPyReads() throws Exception {
    TreeMap<String, double[]> means = new TreeMap<>();
    means.put("blk.0.attn_q.weight", new double[] {0.5, 1.25, 3});
    means.put(
        "blk.0.ffn_down.weight", new double[] {0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1});
    ImportanceMatrix matrix = new ImportanceMatrix(means, 3, 2, List.of("code", "legal"));
    assertThat(written(ImatrixFormat.GGUF, matrix))
        .isEqualTo(Files.readAllBytes(Goldens.path("imatrix.gguf")));
  }

  @Test
  void datFileIsTheOneThatOlderQuantizersRead() throws IOException {
    TreeMap<String, double[]> means = new TreeMap<>();
    means.put("blk.0.attn_q.weight", new double[] {1, 4, 9, 16});
    ImportanceMatrix matrix = new ImportanceMatrix(means, 1024, 512, List.of("c.txt"));
    // worked by hand after llama.cpp's common_imatrix_load_legacy: sums over 2 chunks of 512
    assertThat(HexFormat.of().formatHex(written(ImatrixFormat.DAT, matrix)))
        .isEqualTo(
            "01000000"
                + "13000000626c6b2e302e6174746e5f712e776569676874"
                + "0200000004000000"
                + "00000040000000410000904100000042"
                + "0200000005000000632e747874");
  }

  @Test
  void matrixWithoutTextsOrTokensIsRefused() {
    TreeMap<String, double[]> means = new TreeMap<>();
    means.put("w", new double[] {1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImportanceMatrix(means, 1, 512, List.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImportanceMatrix(means, 0, 512, List.of("a")));
  }

  private static byte[] written(ImatrixFormat format, ImportanceMatrix matrix) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    format.write(matrix, out);
    return out.toByteArray();
  }
}
