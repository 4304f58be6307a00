package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files may be removed with a folder: those that Foresight writes, by their whole names. */
class FolderKindTest {
  private static final String UUID = "01234567-89ab-cdef-0123-456789abcdef";

  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  private org.apache.hadoop.fs.Path root() {
    return new org.apache.hadoop.fs.Path(folder.toUri());
  }

  private void put(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @ParameterizedTest
  @CsvSource({
    "MODEL, report.json, true",
    "MODEL, README.md, true",
    "MODEL, foresight/importance/part-00000-x.parquet, true",
    "MODEL, foresight/importance/_SUCCESS, true",
    "MODEL, foresight/notes.txt, false",
    "MODEL, _temporary/block-00012.json, true",
    "MODEL, _temporary/block-1.json, false",
    "MODEL, config.json, false",
    "MODEL, report.json.bak, false",
    "MODEL, sub/report.json, false",
    "STORE, commits/000001-0123456789abcdef.json, true",
    "STORE, commits/1-0123456789abcdef.json, false",
    "STORE, commits/000001-0123456789ABCDEF.json, false",
    "STORE, commits/000001-0123456789abcde.json, false",
    "STORE, sums/a.00000.0123456789abcdef.parquet, true",
    "STORE, sums/a.00000.parquet, false",
    "STORE, sums/deep/a.0123456789abcdef.parquet, false",
    "STORE, other/a.0123456789abcdef.parquet, false",
    "STORE, _temporary/slices/0123456789abcdef/a.json, true",
    "STUDY, cells/0123456789abcdef0123456789abcdef.json, true",
    "STUDY, cells/notes.json, false",
    "STUDY, tables/windows/part-00000-x.parquet, true",
    "STUDY, tables/mine/part-00000-x.parquet, false",
    "STUDY, report.html, true",
    "BLOCKS, block-00000.onnx, true",
    "BLOCKS, block-100000.weights, true",
    "BLOCKS, block-0.onnx, false",
    "BLOCKS, block-00000.onnx.txt, false"
  })
  void nameIsOursOnlyWhole(FolderKind kind, String name, boolean ours) {
    assertThat(kind.names(name)).isEqualTo(ours);
  }

  /** Every kind knows the unfinished files of an attempt by the attempt's UUID alone. */
  @ParameterizedTest
  @EnumSource(FolderKind.class)
  void unfinishedFilesAreNamedByTheirAttempt(FolderKind kind) {
    assertThat(kind.names("_temporary/" + UUID + "-part.parquet")).isTrue();
    assertThat(kind.names("_temporary/part.parquet")).isFalse();
    assertThat(kind.names(UUID + "-part.parquet")).isFalse();
    assertThat(kind.names("_SUCCESS")).isTrue();
    assertThat(kind.names("")).isFalse();
    assertThat(kind.names("../report.json")).isFalse();
  }

  @Test
  void onlyWhatAnAttemptLeftIsUnfinished() {
    assertThat(FolderKind.isUnfinished("_temporary")).isTrue();
    assertThat(FolderKind.isUnfinished("_temporary/" + UUID + "-config.json")).isTrue();
    assertThat(FolderKind.isUnfinished("_temporary/plan.json")).isFalse();
    assertThat(FolderKind.isUnfinished("_temporary/" + UUID)).isFalse();
  }

  /** What users and other programs may have under the same name. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "{\"writer\": \"somebody\"}", "{\"kind\": \"STUDY\"}", "\u0000"})
  void markOfSomebodyElseIsNotOurs(String text) throws IOException {
    for (FolderKind kind : FolderKind.values()) {
      put(kind.mark(), text);
      assertThat(kind.wrote(root(), conf)).as(kind.name()).isFalse();
    }
  }

  @Test
  void markInUtf16OrAFolderInItsPlaceIsNotOurs() throws IOException {
    Files.write(
        folder.resolve("report.json"),
        "{\"writer\": \"foresight\", \"files\": {}}"
            .getBytes(java.nio.charset.StandardCharsets.UTF_16LE));
    Files.createDirectories(folder.resolve("foresight.json"));
    assertThat(FolderKind.BLOCKS.wrote(root(), conf)).isFalse();
  }

  @Test
  void foldersOfTheSameMarkAreToldByTheirKind() throws IOException {
    put(FolderKind.STUDY.mark(), FolderKind.STUDY.markText().toString());
    assertThat(FolderKind.STUDY.wrote(root(), conf)).isTrue();
    assertThat(FolderKind.BLOCKS.wrote(root(), conf)).isFalse();
  }

  @Test
  void fileOfAModelIsOursWhereItsReportListsIt() throws IOException {
    put("report.json", "{\"writer\": \"foresight\", \"files\": {\"model.safetensors\": {}}}");
    Predicate<String> written = FolderKind.MODEL.written(root(), conf);
    assertThat(written.test("model.safetensors")).isTrue();
    assertThat(written.test("other.safetensors")).isFalse();
    assertThat(FolderKind.MODEL.wrote(root(), conf)).isTrue();
  }

  @Test
  void storeOfVersionOneHasFilesWithoutHashes() throws IOException {
    put("manifest.json", "{\"version\": 1, \"packing\": {}, \"sketch\": {}}");
    Predicate<String> written = FolderKind.STORE.written(root(), conf);
    assertThat(FolderKind.STORE.wrote(root(), conf)).isTrue();
    assertThat(written.test("sums/a.00000.parquet")).isTrue();
    assertThat(written.test("sequences/a.parquet")).isTrue();
    assertThat(written.test("sums/a.parquet")).isFalse();
    put("manifest.json", "{\"version\": 2, \"packing\": {}, \"sketch\": {}}");
    assertThat(FolderKind.STORE.written(root(), conf).test("sums/a.00000.parquet")).isFalse();
  }

  @Test
  void everyExampleOfAKindIsAName() {
    for (FolderKind kind : FolderKind.values()) {
      assertThat(kind.examples().stream().filter(kind::names)).as(kind.name()).isNotEmpty();
      assertThat(kind.examples()).contains(kind.mark());
    }
  }
}
