package dev.foresight.spark.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.corpus.CorpusFiles.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which files are a corpus, without reading them. */
class CorpusFilesTest {
  private final Configuration conf = new Configuration();

  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void real() throws IOException {
    folder = temporary.toRealPath();
  }

  private void put(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
  }

  private List<String> names(String location) throws IOException {
    return CorpusFiles.find(conf, "--corpus", folder.resolve(location).toString()).paths().stream()
        .map(path -> folder.relativize(Path.of(path.toUri().getPath())).toString())
        .toList();
  }

  private void assertRefused(String location, String... parts) {
    assertThatThrownBy(
            () -> CorpusFiles.find(conf, "--corpus", folder.resolve(location).toString()))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @CsvSource({
    "a.jsonl, JSON_LINES",
    "a.json.gz, JSON_LINES",
    "a.ndjson.zst, JSON_LINES",
    "a.parquet, PARQUET",
    "part-0.snappy.parquet, PARQUET",
    "a.orc, ORC",
    "a.b.txt, TEXT"
  })
  void suffixSaysWhatAFileHolds(String name, Kind kind) {
    assertThat(Kind.of(new org.apache.hadoop.fs.Path("/x/" + name), "--corpus")).isEqualTo(kind);
  }

  @Test
  void fileOfAnotherSuffixIsRefusedByName() throws IOException {
    put("c/a.txt", "c/b.csv");
    assertRefused("c", "c/b.csv is none of .jsonl", "name files by a glob that leaves it out.");
    assertThat(names("c/*.txt")).containsExactly("c/a.txt");
  }

  @Test
  void filesOfAllDepthsAreFoundInTheOrderOfTheirPaths() throws IOException {
    put("c/z.txt", "c/a/b.txt", "c/a/a/x.txt", "c/.git/x.csv", "c/a/_SUCCESS", "c/a/.x.txt.crc");
    assertThat(names("c")).containsExactly("c/a/a/x.txt", "c/a/b.txt", "c/z.txt");
  }

  @Test
  void linkedFoldersAreFollowed() throws IOException {
    put("blobs/x.txt", "c/a.txt");
    Files.createSymbolicLink(folder.resolve("c/more"), folder.resolve("blobs"));
    assertThat(names("c")).containsExactly("c/a.txt", "c/more/x.txt");
  }

  @Test
  void linksThatLeadNowhereOrRoundAreRefused() throws IOException {
    put("c/a.txt", "d/a.txt", "e/a.txt");
    Files.createSymbolicLink(folder.resolve("c/lost.txt"), folder.resolve("nowhere"));
    assertRefused("c", "c/lost.txt is a link to a file that is not there: mend the link");
    Files.createSymbolicLink(folder.resolve("d/up"), folder.resolve("d"));
    assertRefused("d", "d/up is a link to a folder that it lies in: remove it.");
    Files.createSymbolicLink(folder.resolve("e/.lost"), folder.resolve("nowhere"));
    assertThat(names("e")).as("hidden ones are none of the data").containsExactly("e/a.txt");
  }

  @Test
  void textThatIsTooLongForOneDocumentIsRefusedByItsLength() throws IOException {
    put("c/a.txt");
    try (RandomAccessFile holes = new RandomAccessFile(folder.resolve("c/a.txt").toFile(), "rw")) {
      holes.setLength((1L << 30) + 1);
    }
    assertRefused("c", "a.txt has 1,073,741,825 bytes and a .txt file is one document: split it");
  }

  @Test
  void fileThatCameWentOrChangedIsNamed() throws IOException {
    put("c/a.txt", "c/b.txt");
    CorpusFiles before = CorpusFiles.find(conf, "--corpus", folder.resolve("c").toString());
    before.requireUnchanged(conf);
    put("c/c.txt");
    assertThatThrownBy(() -> before.requireUnchanged(conf))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("c/c.txt came while the corpus was read");
    Files.delete(folder.resolve("c/c.txt"));
    Files.writeString(folder.resolve("c/a.txt"), "longer than it was before");
    assertThatThrownBy(() -> before.requireUnchanged(conf)).hasMessageContaining("c/a.txt changed");
    Files.delete(folder.resolve("c/a.txt"));
    assertThatThrownBy(() -> before.requireUnchanged(conf)).hasMessageContaining("c/a.txt went");
  }

  @Test
  void partOfACorpusIsWhatWasNotReadOfIt() throws IOException {
    put("c/a.txt", "c/b.txt", "c/c.txt");
    CorpusFiles all = CorpusFiles.find(conf, "--corpus", folder.resolve("c").toString());
    assertThat(all.of(all.without(java.util.Set.of(all.paths().get(1)))).paths())
        .containsExactly(all.paths().get(0), all.paths().get(2));
  }

  @Test
  void fileAndItsCompressedCopyAreOneShard() throws IOException {
    put("c/a.jsonl", "c/a.jsonl.gz");
    CorpusFiles files = CorpusFiles.find(conf, "--corpus", folder.resolve("c").toString());
    ShardIds ids = new ShardIds(ShardBy.parse("file"), files.root(), false);
    assertThatThrownBy(() -> files.requireOneFileAShard(ids))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("are both shard 'a'");
  }

  @Test
  void everyFileMustLieBelowSuchAFolder() throws IOException {
    put("c/lang=de/a.txt", "c/lang=fr/deep/b.txt");
    assertThat(
            CorpusFiles.find(conf, "--corpus", folder.resolve("c").toString()).haveFolders("lang"))
        .isTrue();
    put("c/c.txt");
    assertThat(
            CorpusFiles.find(conf, "--corpus", folder.resolve("c").toString()).haveFolders("lang"))
        .isFalse();
  }
}
