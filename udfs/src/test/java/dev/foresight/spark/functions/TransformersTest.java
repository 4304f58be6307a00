package dev.foresight.spark.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.tensor.MappedFile;
import dev.foresight.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TransformersTest {
  private static final Path WORDS = Path.of("src/test/resources/words").toAbsolutePath();
  private static final Path LLAMA =
      Path.of("../core/src/test/resources/onnx/llama").toAbsolutePath().normalize();
  private static final int LENGTH = 40;
  private static final int CHANNELS = 64;

  private static SparkSession spark;

  @BeforeAll
  static void open() {
    spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void close() throws IOException {
    spark.close();
  }

  private static Dataset<Row> texts(String... texts) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      rows.add(RowFactory.create(i, texts[i]));
    }
    return spark.createDataFrame(rows, StructType.fromDDL("id INT, body STRING"));
  }

  @Test
  void tokenizerAddsIdsAndKeepsTheOtherColumns() {
    Dataset<Row> rows =
        new ForesightTokenizer()
            .setModel(WORDS.toString())
            .setInputCol("body")
            .setOutputCol("ids")
            .transform(texts("the cat", null, ""));
    assertThat(rows.columns()).containsExactly("id", "body", "ids");
    List<Row> found = rows.orderBy("id").collectAsList();
    assertThat(found.get(0).<Integer>getList(2)).containsExactly(3, 5); // words_golden.py: WORDS
    assertThat(found.get(1).isNullAt(2)).isTrue();
    assertThat(found.get(2).getList(2)).isEmpty();
  }

  /** Means over positions of transformers' hidden states: core/src/test/python/llama_goldens.py. */
  private void assertMeansOfTransformers(
      FirstPosition first, int maxTokens, Execution.Memory memory) throws IOException {
    int[] ids;
    float[] hidden;
    try (SafetensorsFile file =
        SafetensorsFile.open(MappedFile.open(LLAMA.resolve("golden.safetensors")))) {
      IntBuffer stored = file.bytes("ids").asIntBuffer();
      ids = new int[stored.remaining()];
      stored.get(ids);
      hidden = file.floats("hidden.3");
    }
    List<Row> documents = new ArrayList<>();
    for (int s = 0; s < ids.length / LENGTH; s++) {
      List<Integer> tokens = new ArrayList<>();
      for (int t = 0; t < LENGTH; t++) {
        tokens.add(ids[s * LENGTH + t]);
      }
      documents.add(RowFactory.create(s, tokens.toArray()));
    }
    List<Row> found =
        new ForesightHiddenStates()
            .setModel(LLAMA.toString())
            .setInputCol("ids")
            .setOutputCol("h")
            .setMaxTokens(maxTokens)
            .setFirstPosition(first)
            .setMemory(memory)
            .transform(
                spark.createDataFrame(documents, StructType.fromDDL("id INT, ids ARRAY<INT>")))
            .orderBy("id")
            .collectAsList();
    int from = first == FirstPosition.INCLUDE ? 0 : 1;
    for (int s = 0; s < found.size(); s++) {
      Row summary = found.get(s).getStruct(2);
      assertThat(summary.getInt(0)).isEqualTo(LENGTH);
      assertThat(summary.getInt(1)).isEqualTo(maxTokens);
      List<Float> mean = summary.getList(2);
      assertThat(mean).hasSize(CHANNELS);
      for (int j = 0; j < CHANNELS; j++) {
        double expected = 0;
        for (int t = from; t < maxTokens; t++) {
          expected += hidden[(s * LENGTH + t) * CHANNELS + j] / (maxTokens - from);
        }
        assertThat((double) mean.get(j)).isCloseTo(expected, within(1e-4));
      }
    }
  }

  @Test
  void hiddenStatesAreTheMeansOfTransformers() throws IOException {
    assertMeansOfTransformers(FirstPosition.INCLUDE, LENGTH, Execution.Memory.RESIDENT);
  }

  @Test
  void hiddenStatesOfTheFirstTokensIgnoreThoseBehind() throws IOException {
    assertMeansOfTransformers(FirstPosition.EXCLUDE, 10, Execution.Memory.STREAMING);
  }

  @Test
  void documentWithoutTokensHasNoMean() {
    Dataset<Row> rows =
        spark.createDataFrame(
            List.of(RowFactory.create((Object) new Integer[0]), RowFactory.create((Object) null)),
            StructType.fromDDL("ids ARRAY<INT>"));
    List<Row> found =
        new ForesightHiddenStates()
            .setModel(LLAMA.toString())
            .setInputCol("ids")
            .transform(rows.coalesce(1))
            .collectAsList();
    assertThat(found.get(0).getStruct(1).isNullAt(2)).isTrue();
    assertThat(found.get(1).isNullAt(1)).isTrue();
  }

  @Test
  void settingsThatDoNotFitAreRefused() {
    Dataset<Row> rows = spark.createDataset(List.of("x"), Encoders.STRING()).toDF("text");
    assertThatThrownBy(() -> new ForesightTokenizer().transform(rows))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("setModel");
    ForesightTokenizer tokenizer = new ForesightTokenizer().setModel(WORDS.toString());
    assertThatThrownBy(() -> tokenizer.setInputCol("body").transform(rows))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("there are: text");
    assertThatThrownBy(() -> tokenizer.setInputCol("text").setOutputCol("text").transform(rows))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("setOutputCol");
    assertThatThrownBy(() -> tokenizer.setInputCol("id").transform(spark.range(1).toDF("id")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("bigint");
  }
}
