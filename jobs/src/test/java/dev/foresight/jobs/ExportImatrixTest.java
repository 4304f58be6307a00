package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The importance matrix straight from sketches. */
class ExportImatrixTest {
  private static final String ENTRY = "blk.0.attn_q.weight";

  @TempDir private static Path folder;
  private final Path store = DemoStore.path();

  private Cli.Result export(Path out, Object... options) {
    Object[] fixed = {
      "export-imatrix",
      "--master",
      "local[2]",
      "--model",
      Cli.TINY,
      "--sketches",
      store,
      "--out",
      out
    };
    return Cli.run(
        java.util.stream.Stream.of(fixed, options).flatMap(java.util.stream.Stream::of).toArray());
  }

  @Test
  void valuesAreTheStoresMeansOfSquares() throws IOException {
    Path out = folder.resolve("means.dat");
    Cli.Result result = export(out, "--format", "dat");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("over 768 tokens");
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(out)).order(ByteOrder.LITTLE_ENDIAN);
    int name = indexOf(file.array(), ENTRY);
    int calls = file.getInt(name + ENTRY.length());
    int channels = file.getInt(name + ENTRY.length() + 4);
    assertThat(calls).isEqualTo(12); // 2 shards x 6 sequences
    double[] expected = meanSquares(channels);
    for (int j = 0; j < channels; j++) {
      float stored = file.getFloat(name + ENTRY.length() + 8 + 4 * j);
      assertThat(stored / calls).isEqualTo((float) expected[j], within(expected[j] * 1e-6));
    }
  }

  private static org.assertj.core.data.Offset<Float> within(double tolerance) {
    return org.assertj.core.api.Assertions.within((float) tolerance);
  }

  /** Σx² / T of block 0's attention input, summed by Spark from the store's table. */
  private double[] meanSquares(int channels) throws IOException {
    double[] sums = new double[channels];
    long tokens = 0;
    for (Row row :
        SharedSpark.session()
            .read()
            .parquet(store.resolve("sums").toString())
            .where("block = 0 and role = 'attention_input'")
            .select("tokens", "sum_square")
            .collectAsList()) {
      tokens += row.getLong(0);
      for (int j = 0; j < channels; j++) {
        sums[j] += row.<Double>getList(1).get(j);
      }
    }
    assertThat(tokens).isEqualTo(768);
    for (int j = 0; j < channels; j++) {
      sums[j] /= tokens;
    }
    return sums;
  }

  private static int indexOf(byte[] file, String name) {
    int at = new String(file, StandardCharsets.ISO_8859_1).indexOf(name);
    assertThat(at).isPositive();
    return at;
  }

  @Test
  void ggufNamesItsTextsAndNothingElseIsLeftBeside() throws IOException {
    Path out = folder.resolve("one/legal.gguf");
    Cli.Result result = export(out, "--shards", "legal", "--first-position", "exclude");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("over 378 tokens"); // 6 sequences of 63
    byte[] file = Files.readAllBytes(out);
    assertThat(file).startsWith("GGUF".getBytes(StandardCharsets.US_ASCII));
    assertThat(new String(file, StandardCharsets.ISO_8859_1))
        .contains("legal", "blk.0.ffn_down.weight.in_sum2", "blk.0.ffn_down.weight.counts")
        .doesNotContain("code");
    try (var files = Files.list(out.getParent())) {
      assertThat(files).containsExactly(out);
    }
  }

  @Test
  void fileThatIsThereIsNotReplacedUnasked() throws IOException {
    Path out = folder.resolve("there.gguf");
    Files.writeString(out, "mine");
    Cli.Result refused = export(out);
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("there.gguf exists", "--overwrite");
    assertThat(out).hasContent("mine");
    assertThat(export(out, "--overwrite").exitCode()).isZero();
    Path inner = Files.createDirectory(folder.resolve("inner"));
    assertThat(export(inner, "--overwrite").err()).contains("is a folder: choose another --out");
    assertThat(export(store.getParent(), "--overwrite").err()).contains("holds --sketches");
  }

  @Test
  void sketchesOfAnotherModelAreRefused() throws IOException {
    Path other = folder.resolve("other");
    Files.createDirectory(other);
    for (String file : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
      Files.copy(Cli.TINY.resolve(file), other.resolve(file));
    }
    Files.writeString(
        other.resolve("config.json"), Files.readString(other.resolve("config.json")) + "\n");
    Path out = folder.resolve("other.gguf");
    Cli.Result refused =
        Cli.run(
            "export-imatrix",
            "--master",
            "local[2]",
            "--model",
            other,
            "--sketches",
            store,
            "--out",
            out);
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("another model", "config.json differ");
    assertThat(out).doesNotExist();
  }
}
