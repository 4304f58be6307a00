package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.model.Role;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies between the tasks of a propagated run, and when a run can go on with it. */
class PrefixFilesTest {
  private static final Configuration CONF = new Configuration();
  private static final Matrix MATRIX = new Matrix(2, 3, new float[] {1, 2, 3, 4, 5, 1e-30f});

  @TempDir private Path folder;
  private PrefixFiles files;
  private Prefix prefix;

  @BeforeEach
  void name() {
    StoredFile text = new StoredFile("sequences/a.parquet", 1, "a".repeat(64));
    List<PrefixPart> parts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      parts.add(new PrefixPart(i, "a", text, new long[] {i}, new int[] {1}, new int[] {i}));
    }
    files = new PrefixFiles(folder.toString(), CONF);
    prefix = new Prefix(folder.toString(), parts, CONF);
  }

  private void leadTo(int block, int... parts) throws IOException {
    for (int part : parts) {
      files.write(PrefixFiles.hidden(block, part), MATRIX);
    }
  }

  private void passAttention(int block, int... parts) throws IOException {
    for (int part : parts) {
      files.write(PrefixFiles.middle(block, part), MATRIX);
    }
  }

  private void quantize(int block) throws IOException {
    for (Role role : Role.values()) {
      files.write(PrefixFiles.weights(block, role), MATRIX);
      files.write(PrefixFiles.tensors(block, role), MATRIX);
    }
  }

  @Test
  void matrixComesBackToTheBit() throws IOException {
    files.write("x.safetensors", MATRIX);
    assertThat(files.has("x.safetensors")).isTrue();
    assertThat(files.matrix("x.safetensors").values()).isEqualTo(MATRIX.values());
    assertThat(files.matrix("x.safetensors").rows()).isEqualTo(2);
    files.remove(List.of("x.safetensors", "never-there.safetensors"));
    assertThat(files.has("x.safetensors")).isFalse();
  }

  @Test
  void blockIsReachedByItsHiddenStatesOrByThoseBehindAttentionBeforeItAndWeights()
      throws IOException {
    assertThat(prefix.reaches(0)).isTrue();
    assertThat(prefix.reaches(1)).isFalse();
    passAttention(0, 0, 1);
    assertThat(prefix.reaches(1)).as("without weights").isFalse();
    quantize(0);
    assertThat(prefix.reaches(1)).isTrue();
    leadTo(1, 0);
    assertThat(prefix.reaches(1)).as("killed between two parts").isTrue();
    files.remove(List.of(PrefixFiles.middle(0, 1)));
    assertThat(prefix.reaches(1)).as("one part is lost").isFalse();
    leadTo(1, 1);
    assertThat(prefix.reaches(1)).isTrue();
  }

  @Test
  void whatIsDoneWithGoes() throws IOException {
    leadTo(0, 0, 1);
    passAttention(0, 0, 1);
    quantize(0);
    files.write(PrefixFiles.rows(0, Role.MLP_OUTPUT, 0), MATRIX);
    prefix.quantized(0, Role.MLP_OUTPUT);
    assertThat(files.has(PrefixFiles.rows(0, Role.MLP_OUTPUT, 0))).isFalse();
    assertThat(files.has(PrefixFiles.tensors(0, Role.ATTENTION_INPUT))).isFalse();
    assertThat(files.has(PrefixFiles.weights(0, Role.ATTENTION_INPUT))).isTrue();
    leadTo(1, 0, 1);
    prefix.reached(1);
    assertThat(files.has(PrefixFiles.hidden(0, 0))).isFalse();
    assertThat(files.has(PrefixFiles.middle(0, 1))).isFalse();
    assertThat(files.has(PrefixFiles.weights(0, Role.MLP_OUTPUT))).isFalse();
    assertThat(prefix.reaches(1)).isTrue();
  }
}
