package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.quantize.LinearReport;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.FutureWindow;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import dev.foresight.tensor.DType;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a quantization says of itself, on the console, in its report, its card and its tables. */
class ModelCardTest {
  private static final Grid GRID = new Grid(4, 64, true, DType.F32);
  private static final ModelFingerprint MODEL =
      new ModelFingerprint("feed", Map.of("config.json", "c0"));
  private static final LinearReport Q =
      new LinearReport(
          "self_attn.q_proj",
          Role.ATTENTION_INPUT,
          0.5,
          3,
          2.5,
          1,
          0.25,
          Double.NaN,
          Double.NaN,
          4);
  private static final LinearReport K =
      new LinearReport(
          "self_attn.k_proj",
          Role.ATTENTION_INPUT,
          0.5,
          1,
          0.5,
          1,
          0.75,
          Double.NaN,
          Double.NaN,
          4);
  private static final LinearReport DOWN =
      new LinearReport(
          "mlp.down_proj",
          Role.MLP_OUTPUT,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          0,
          Double.NaN,
          Double.NaN,
          0);

  private static final QuantizationPlan PLAIN =
      plan(Method.AWQ, DataChoice.all(FirstPosition.INCLUDE));

  private Locale before;

  @BeforeEach
  void speakGerman() {
    before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY); // writes 0,5 and 1.234
  }

  @AfterEach
  void speakAsBefore() {
    Locale.setDefault(before);
  }

  private static QuantizedBlock block(int number, LinearReport... linears) {
    return new QuantizedBlock(
        number,
        "model-%05d.safetensors".formatted(number),
        new WrittenFile(1, "ab"),
        List.of(),
        List.of(linears),
        Map.of("self_attn.q_proj", "hash of q"),
        1.5);
  }

  private static QuantizationPlan plan(Method method, DataChoice data) {
    return new QuantizationPlan(
        method,
        "compressed-tensors",
        ModelGrids.of(GRID),
        method.search(),
        FutureWindow.none(),
        data,
        512);
  }

  private static Manifest manifest(String shardId) {
    Map<Role, Integer> channels = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      channels.put(role, 4);
    }
    StoredFile sums = new StoredFile("sums/code.parquet", 1, null);
    StoredSlice slice = new StoredSlice(shardId, 0, 0, 1200, List.of(), Map.of("sums", sums));
    PackedShard shard = new PackedShard(shardId, 1, 0, 0, 1, 0, 1, 1200, 0, "ab");
    return new Manifest(
        StoreFingerprint.of(
            MODEL,
            1,
            channels,
            new PackingSettings(4, Bos.AUTO, "eos", 7),
            new SketchSettings(1200, 0, 0),
            Precision.FP32),
        new TreeSet<>(),
        new TreeSet<>(),
        List.of(new StoredShard(shard, null, List.of(slice), 0)));
  }

  private static QuantizationReport report(QuantizationPlan plan) {
    return report(plan, "code");
  }

  private static QuantizationReport report(QuantizationPlan plan, String shard) {
    Optional<Manifest> manifest = plan.data().map(data -> manifest(shard));
    Optional<SketchSelection> selection =
        plan.data().map(data -> DataSelection.of(data, "STORE", manifest(shard)));
    QuantizationReport report =
        new QuantizationReport(
            new QuantizeJob.Request("model", "STORE", "out", plan, false),
            MODEL,
            manifest,
            selection);
    report.add(List.of(block(0, Q, K), block(1, DOWN)), 1_234_567);
    return report;
  }

  private static QuantizationPlan calibrated() {
    return plan(
        Method.AWQ,
        new DataChoice(
            List.of(), List.of(), Map.of("code", 2.5), false, null, 0, FirstPosition.EXCLUDE));
  }

  private static String card(QuantizationPlan plan) throws IOException {
    return ModelCard.of("tiny", plan, report(plan));
  }

  @Test
  void cardSaysWhatWasWrittenAndFromWhat() throws IOException {
    assertThat(card(calibrated()))
        .startsWith("---\ntags: [quantized, foresight, compressed-tensors]\n---\n# tiny, 4 bits\n")
        .contains("Weights of `tiny` (sha256 `feed`)")
        .contains("| awq | 4 | 64 | symmetric | compressed-tensors | 1,234,567 |");
  }

  /** 1200 sequences of 4 tokens, each counted 2.5 times. */
  @Test
  void cardNamesTheShardsThatCount() throws IOException {
    assertThat(card(calibrated()))
        .contains("## Calibrated on\n")
        .contains("| code | 2.5 | 1,200 | 4,800 |");
  }

  /** Ids of shards that a column names are any text. */
  @Test
  void idOfAShardStaysInItsCell() throws IOException {
    String card = ModelCard.of("tiny", PLAIN, report(PLAIN, "a|b\nc"));
    assertThat(card).contains("| a\\|b c | 1.0 | 1,200 | 4,800 |");
  }

  /** 3 + 1 by plain rounding, 1 + 1 as written: half; a quarter and three quarters of groups. */
  @Test
  void lossesAreSummedOverTheLinearsOfARole() throws IOException {
    assertThat(card(calibrated()))
        .contains("| attention_input | 2 | 4.000 | 2.000 | 50.0 % | 50.0 % |");
  }

  @Test
  void roleThatStaysInFloatHasNoLosses() throws IOException {
    assertThat(card(calibrated())).doesNotContain("NaN").doesNotContain("| mlp_output |");
  }

  @Test
  void cardOfAMethodWithoutDataNamesNoText() throws IOException {
    String card = card(plan(Method.RTN, null));
    assertThat(card).doesNotContain("Calibrated on").doesNotContain("What rounding did");
    assertThat(card).contains("| rtn | 4 |").contains("## Use");
  }

  @Test
  void wholeRowsAreCalledSo() throws IOException {
    QuantizationPlan plan =
        new QuantizationPlan(
            Method.RTN,
            "compressed-tensors",
            ModelGrids.of(new Grid(8, 0, false, DType.F32)),
            Method.RTN.search(),
            FutureWindow.none(),
            null,
            512);
    assertThat(card(plan)).contains("| rtn | 8 | whole rows | asymmetric |");
  }

  @Test
  void reportSumsLossesAndNamesShardsAndFiles() throws IOException {
    QuantizationPlan plan =
        plan(
            Method.AWQ,
            new DataChoice(
                List.of(), List.of(), Map.of("code", 2.5), false, null, 0, FirstPosition.EXCLUDE));
    QuantizationReport report = report(plan);
    report.add(List.of(block(0, Q, K)), 99);
    report.wrote(new TreeMap<>(Map.of("config.json", new WrittenFile(7, "c0de"))));
    ObjectNode json = report.report();
    assertThat(json.at("/writer").asText()).isEqualTo("foresight");
    assertThat(json.at("/result/weight_bytes").asLong()).isEqualTo(99);
    assertThat(json.at("/result/loss_rounded").asDouble()).isCloseTo(4, within(1e-12));
    assertThat(json.at("/result/loss_final").asDouble()).isCloseTo(2, within(1e-12));
    assertThat(json.at("/calibration/first_position").asText()).isEqualTo("exclude");
    assertThat(json.at("/calibration/shards/code/tokens").asLong()).isEqualTo(4800);
    assertThat(json.at("/calibration/shards/code/weight").asDouble()).isEqualTo(2.5);
    assertThat(json.path("files").path("config.json").path("sha256").asText()).isEqualTo("c0de");
  }

  /** JSON has no NaN. */
  @Test
  void lossThatNobodyMeasuredIsNotReported() throws IOException {
    QuantizationReport report = report(plan(Method.RTN, null));
    report.add(
        List.of(
            block(
                0,
                new LinearReport(
                    "q",
                    Role.MLP_INPUT,
                    Double.NaN,
                    Double.NaN,
                    Double.NaN,
                    Double.NaN,
                    0,
                    Double.NaN,
                    Double.NaN,
                    4))),
        1);
    assertThat(report.report().path("result").has("loss_rounded")).isFalse();
    assertThat(report.report().has("calibration")).isFalse();
  }

  /** One shard has no disagreement to learn from. */
  @Test
  void blendOfAnAdaptiveMethodComesFromTheWindowWhereOneShardCounts() throws IOException {
    QuantizationPlan plan =
        new QuantizationPlan(
            Method.FAQ_ADAPTIVE,
            "compressed-tensors",
            ModelGrids.of(GRID),
            Method.FAQ_ADAPTIVE.search(),
            new FutureWindow("fallback", dev.foresight.importance.Window.fallback(), true),
            DataChoice.all(FirstPosition.INCLUDE),
            512);
    QuantizationReport report = report(plan);
    assertThat(report.adaptive()).isFalse();
    assertThat(report.report().at("/calibration/blend_from").asText()).isEqualTo("window");
    assertThat(said(report))
        .contains("Window: fallback (blend 0.85, blocks 3, weights uniform, normalization log")
        .contains("Note: only one shard counts");
  }

  private static String said(QuantizationReport report) {
    StringWriter text = new StringWriter();
    report.print(new PrintWriter(text), 1.25);
    return text.toString();
  }

  @Test
  void consoleSaysHowMuchInHowLong() {
    QuantizationReport report = report(calibrated());
    report.tookOver(1);
    assertThat(said(report))
        .contains("Took over 1 blocks of a run that did not finish")
        .containsPattern(
            "Quantized 2 blocks by awq to 4 bits, groups of 64, symmetric: 1,234,567 bytes in 1\\.[23] s"
                + " into out");
  }

  @Test
  void tableHasARowALinearAndNullWhereNothingWasMeasured() {
    List<Row> rows = QuantizationTables.quantization(List.of(block(0, Q), block(1, DOWN)));
    assertThat(rows).hasSize(2);
    int weights = QuantizationTables.QUANTIZATION.fieldIndex("weights_sha256");
    int loss = QuantizationTables.QUANTIZATION.fieldIndex("loss_final");
    int role = QuantizationTables.QUANTIZATION.fieldIndex("role");
    assertThat(rows.get(0).getString(weights)).isEqualTo("hash of q");
    assertThat(rows.get(0).getDouble(loss)).isEqualTo(1);
    assertThat(rows.get(1).getInt(0)).isEqualTo(1);
    assertThat(rows.get(1).getString(role)).isEqualTo("mlp_output");
    assertThat(rows.get(1).isNullAt(loss)).isTrue();
    assertThat(rows.get(1).isNullAt(weights)).isTrue();
    rows.forEach(row -> assertThat(row.size()).isEqualTo(QuantizationTables.QUANTIZATION.size()));
  }
}
