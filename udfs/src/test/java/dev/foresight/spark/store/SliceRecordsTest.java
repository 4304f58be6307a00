package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.packed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.sketch.SliceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed run has finished is taken over only where it fits. */
class SliceRecordsTest {
  private static final PackedShard A = packed("a/ü", 5, "text of a");
  private static final SliceId SLICE = new SliceId("a/ü", 1);
  private static final String FINGERPRINT = "fingerprint".repeat(4);
  private static final Set<String> FILES = Set.of("sums/a.00001.parquet", "rows/a.00001.parquet");

  @TempDir private Path folder;
  private SliceRecords records;

  @BeforeEach
  void open() {
    records = records(FINGERPRINT);
  }

  private SliceRecords records(String fingerprint) {
    return new SliceRecords(CONF, new org.apache.hadoop.fs.Path(folder.toString()), fingerprint);
  }

  private static FinishedSlice finished() {
    Map<String, StoredFile> files =
        Map.of(
            "sums", StoredFile.unchecked("sums/a.00001.parquet"),
            "rows", StoredFile.unchecked("rows/a.00001.parquet"));
    return new FinishedSlice(new StoredSlice("a/ü", 1, 2, 2, List.of(), files), "amd64 avx2");
  }

  private Path file() {
    return folder.resolve(records.name(A.sha256(), SLICE));
  }

  @Test
  void recordIsReadAsItWasWritten() throws IOException {
    records.write(A.sha256(), finished());
    assertThat(records.list()).containsExactly(records.name(A.sha256(), SLICE));
    assertThat(records.read(A.sha256(), SLICE, FILES)).contains(finished());
  }

  @Test
  void recordWhoseFilesAreGoneIsNone() throws IOException {
    records.write(A.sha256(), finished());
    assertThat(records.read(A.sha256(), SLICE, Set.of("sums/a.00001.parquet"))).isEmpty();
    assertThat(records.read(A.sha256(), SLICE, Set.of())).isEmpty();
  }

  /** Killed in the middle of writing, on a file system that shows such. */
  @Test
  void halfARecordIsNone() throws IOException {
    records.write(A.sha256(), finished());
    byte[] whole = Files.readAllBytes(file());
    for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
      Files.write(file(), java.util.Arrays.copyOf(whole, length));
      assertThat(records.read(A.sha256(), SLICE, FILES)).as("%d bytes", length).isEmpty();
    }
  }

  @Test
  void recordOfAnotherSliceUnderThisNameIsNone() throws IOException {
    records.write(A.sha256(), finished());
    Path other = folder.resolve(records.name(A.sha256(), new SliceId("a/ü", 2)));
    Files.copy(file(), other);
    assertThat(records.read(A.sha256(), new SliceId("a/ü", 2), FILES)).isEmpty();
  }

  @Test
  void otherTextAndOtherSettingsHaveRecordsOfTheirOwn() throws IOException {
    records.write(A.sha256(), finished());
    String others = packed("a/ü", 5, "changed text").sha256();
    assertThat(records.name(others, SLICE)).isNotEqualTo(records.name(A.sha256(), SLICE));
    assertThat(records("other settings, same text").list()).isEmpty();
  }

  @Test
  void onlyTheNamedRecordsAreForgotten() throws IOException {
    records.write(A.sha256(), finished());
    String second = packed("a/ü", 5, "changed text").sha256();
    records.write(second, finished());
    String first = records.name(A.sha256(), SLICE);
    records.delete(List.of(first, first, "nothing of that name"));
    assertThat(records.list()).containsExactly(records.name(second, SLICE));
  }
}
