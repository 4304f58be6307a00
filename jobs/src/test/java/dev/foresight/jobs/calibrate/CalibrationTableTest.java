package dev.foresight.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.calibrate.PackedText;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What calibrate says of shards and of a store. */
class CalibrationTableTest {
  private static final PackedShard LONG =
      new PackedShard("code", 12_345, 3, 4, 12_000, 338, 1_234_567, 2411, 135, "ab");
  private static final PackedShard SHORT = new PackedShard("notes", 1, 0, 0, 1, 0, 7, 0, 7, "cd");
  private static final PackedShard KNOWN =
      new PackedShard("legal", 2, 0, 0, 2, 0, 1024, 2, 0, "ef");

  private static List<String> table() {
    StringWriter text = new StringWriter();
    List<PackedText> packed =
        List.of(
            new PackedText(LONG, null, null),
            new PackedText(SHORT, null, null),
            new PackedText(KNOWN, null, null));
    CalibrationTable.print(packed, List.of(LONG), new PrintWriter(text));
    return text.toString().lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
  }

  @Test
  void everyShardHasALineThatSaysWhatBecameOfItsDocuments() {
    assertThat(table())
        .containsExactly(
            "shard documents used tokens sequences dropped",
            "code 12,345 12,000 1,234,567 2,411 135 (3 without text, 4 empty)",
            "notes 1 1 7 0 7 (too short for a sequence)",
            "legal 2 2 1,024 2 0 (in the store already)");
  }

  @Test
  void tableIsTheSameInEveryLanguage() {
    List<String> plain = table();
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(table()).isEqualTo(plain);
    } finally {
      Locale.setDefault(before);
    }
  }

  /** Roles of 100 channels each. */
  private static Manifest store(int sequences, int length, Set<String> runtimes, Set<String> cpus) {
    Map<Role, Integer> channels = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      channels.put(role, 100);
    }
    channels.put(Role.MLP_OUTPUT, 300);
    StoredFile sums = new StoredFile("sums/a.parquet", 1, null);
    StoredSlice slice = new StoredSlice("a", 0, 0, sequences, List.of(), Map.of("sums", sums));
    PackedShard shard = new PackedShard("a", 1, 0, 0, 1, 0, 1, sequences, 0, "ab");
    return new Manifest(
        StoreFingerprint.of(
            new ModelFingerprint("feed", Map.of()),
            1,
            channels,
            new PackingSettings(length, Bos.AUTO, "eos", 7),
            new SketchSettings(sequences, 0, 0),
            Precision.FP32),
        new TreeSet<>(runtimes),
        new TreeSet<>(cpus),
        List.of(new StoredShard(shard, null, List.of(slice), 0)));
  }

  @Test
  void storeOfOneMachineAndEnoughTextNeedsNoWarning() {
    assertThat(CalibrationReport.warnings(store(1000, 512, Set.of("1.28.0"), Set.of("amd64"))))
        .isEmpty();
  }

  @Test
  void kindsOfMachinesThatMayDifferInTheLastBitsAreNamed() {
    assertThat(
            CalibrationReport.warnings(
                store(1000, 512, Set.of("1.27.0", "1.28.0"), Set.of("arm64", "amd64 avx2"))))
        .containsExactly(
            "Slices ran on 2 kinds of CPU (amd64 avx2; arm64), which may differ in the last bits.",
            "Slices ran on onnxruntime 1.27.0 and 1.28.0, which may differ in the last bits.");
  }

  /** One token for a channel is thin by any rule: 300 of 100 channels, and of 300. */
  @Test
  void roleThatHasSeenFewTokensForItsChannelsIsNamed() {
    List<String> warnings =
        CalibrationReport.warnings(store(3, 100, Set.of("1.28.0"), Set.of("amd64")));
    assertThat(warnings)
        .contains(
            "mlp_output has 300 channels, seen by 300 tokens only: its means are thin, calibrate more text.");
  }
}
