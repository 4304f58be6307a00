package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two names of one place are one place: what is read must not be written over. */
class RealPlaceTest {
  private final Configuration conf = new Configuration();

  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void real() throws IOException {
    folder = temporary.toRealPath(); // some systems link their folder of temporary files
  }

  private static RealPlace of(Path path) throws IOException {
    return RealPlace.ofLocal(path);
  }

  private static RealPlace remote(String uri) {
    return new RealPlace(new org.apache.hadoop.fs.Path(uri), null);
  }

  @Test
  void linkIsThePlaceThatItLeadsTo() throws IOException {
    Files.createDirectories(folder.resolve("data/x"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("data"));
    assertThat(of(folder.resolve("link/x")).local()).isEqualTo(folder.resolve("data/x"));
    assertThat(of(folder.resolve("link/new/file")).local())
        .as("not there yet")
        .isEqualTo(folder.resolve("data/new/file"));
  }

  @Test
  void linkToNothingYetIsWhereAFileWouldBeMade() throws IOException {
    Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(folder.resolve("b"), folder.resolve("sub/target"));
    assertThat(of(folder.resolve("a")).local()).isEqualTo(folder.resolve("sub/target"));
  }

  @Test
  void linksInACircleAreNoEndlessWay() throws IOException {
    Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
    assertThat(of(folder.resolve("a/x")).local().getFileName()).hasToString("x");
  }

  @Test
  void dotsAreResolvedBehindLinks() throws IOException {
    Files.createDirectories(folder.resolve("deep/data"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("deep/data"));
    assertThat(of(folder.resolve("link/../x")).local())
        .as("as the system does: above where the link leads")
        .isEqualTo(folder.resolve("deep/x"));
  }

  @Test
  void folderHoldsItselfAndWhatIsBelowNotItsNeighbours() throws IOException {
    RealPlace a = of(folder.resolve("a"));
    assertThat(a.holds(of(folder.resolve("a")))).isTrue();
    assertThat(a.holds(of(folder.resolve("a/b/c")))).isTrue();
    assertThat(a.holds(of(folder.resolve("ab")))).isFalse();
    assertThat(a.holds(of(folder))).isFalse();
    assertThat(a.below(of(folder.resolve("a/b/c")))).contains(List.of("b", "c"));
    assertThat(a.below(a)).contains(List.of());
    assertThat(a.below(of(folder.resolve("ab")))).isEmpty();
  }

  @Test
  void secondNameOfAFolderHoldsWhatTheFirstHolds() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("data"));
    assertThat(of(folder.resolve("link")).holds(of(folder.resolve("data/x")))).isTrue();
    assertThat(of(folder.resolve("data")).holds(of(folder.resolve("link/x")))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "s3a://bucket/a,        s3a://bucket/a/b,         true",
    "s3a://bucket/a,        s3://bucket/a/b,          true",
    "s3n://bucket/a,        s3a://bucket/a,           true",
    "s3a://bucket/a,        s3a://other/a/b,          false",
    "s3a://bucket/a,        s3a://bucket/ab,          false",
    "s3a://bucket/a/b,      s3a://bucket/a,           false",
    "hdfs://node/a,         hdfs://node:8020/a/b,     true",
    "hdfs://node:8020/a,    hdfs://node:9000/a/b,     false",
    "hdfs://NODE/a,         hdfs://node/a/b,          true",
    "webhdfs://node:50070/a, hdfs://node:8020/a/b,    true",
    "abfs://c@h/a,          abfss://c@h/a/b,          true",
    "wasb://c@h/a,          wasbs://c@h/a/b,          true",
    "gs://bucket/a,         s3a://bucket/a,           false"
  })
  void storesAreToldByHostNotByTheDriversName(String one, String other, boolean holds)
      throws IOException {
    assertThat(remote(one).holds(remote(other))).isEqualTo(holds);
  }

  @Test
  void diskAndStoreHoldNothingOfEachOther() throws IOException {
    RealPlace disk = of(Path.of("/"));
    assertThat(disk.holds(remote("s3a://bucket/a"))).isFalse();
    assertThat(remote("s3a://bucket/").holds(disk)).isFalse();
  }

  @Test
  void relativePathIsBelowTheWorkingFolder() throws IOException {
    RealPlace place = RealPlace.of(new org.apache.hadoop.fs.Path("some/file"), conf);
    assertThat(place.local()).isEqualTo(Path.of("").toRealPath().resolve("some/file"));
    assertThat(place.uri().toUri().getScheme()).isEqualTo("file");
  }

  @Test
  void mountOfViewFsIsThePlaceBehindIt() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    conf.set("fs.viewfs.mounttable.default.link./mnt", folder.resolve("data").toUri().toString());
    conf.set("fs.defaultFS", "viewfs:///");
    RealPlace place = RealPlace.of(new org.apache.hadoop.fs.Path("/mnt/new/file"), conf);
    assertThat(place.local()).isEqualTo(folder.resolve("data/new/file"));
  }

  @Test
  void linksInsideAFolderAreFoundWhereverTheyLead() throws IOException {
    Files.createDirectories(folder.resolve("model/sub"));
    Files.createDirectories(folder.resolve("blobs"));
    Files.writeString(folder.resolve("blobs/w"), "w");
    Files.createSymbolicLink(folder.resolve("model/w"), folder.resolve("blobs/w"));
    Files.createSymbolicLink(folder.resolve("model/sub/lost"), folder.resolve("nowhere"));
    assertThat(of(folder.resolve("model")).linked())
        .extracting(RealPlace::local)
        .contains(folder.resolve("blobs/w"));
    assertThat(of(folder.resolve("blobs")).linked()).isEmpty();
    assertThat(of(folder.resolve("blobs/w")).linked()).as("a file").isEmpty();
  }

  @Test
  void messagesNameALocalPlaceWithoutItsScheme() throws IOException {
    assertThat(of(folder.resolve("a b"))).hasToString(folder + "/a b");
    assertThat(remote("s3a://bucket/a")).hasToString("s3a://bucket/a");
  }
}
