package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs that would harm an input are refused, whatever they are called. */
class FootprintTest {
  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  @BeforeEach
  void lay() throws IOException {
    Files.createDirectories(folder.resolve("in/model/sub"));
    Files.writeString(folder.resolve("in/model/config.json"), "{}");
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("in/model"));
    Files.createSymbolicLink(folder.resolve("parent"), Path.of("in"));
    Files.createSymbolicLink(folder.resolve("later"), folder.resolve("in/model/not/yet"));
    Files.createDirectories(folder.resolve("texts/day"));
    Files.writeString(folder.resolve("texts/a.jsonl"), "{}");
    Files.writeString(folder.resolve("texts/day/b.jsonl"), "{}");
  }

  private String at(String name) {
    return name.replace("@", folder.toString());
  }

  private Footprint readingModel(String location) {
    return new Footprint().reads("--model", at(location));
  }

  private void assertRefused(Footprint footprint, String... parts) {
    assertThatThrownBy(() -> footprint.check(conf))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageContaining("nothing was touched");
  }

  private static Footprint into(Footprint footprint, String location) {
    return footprint.writesFolder("--out", location, FolderKind.MODEL, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@/in/model",
        "@/in/model/",
        "@/in//model/.",
        "@/in/model/../model",
        "@/in/other/../model",
        "file:@/in/model",
        "file://@/in/model",
        "file:///@/in/model/",
        "@/link",
        "@/link/",
        "file://@/link",
        "@/parent/model",
        "@/parent/../parent/model",
        "viewfs://views/all/in/model",
        "viewfs://views/all/link"
      })
  void everySpellingOfTheModelIsTheModel(String spelling) {
    conf.set("fs.viewfs.impl.disable.cache", "true"); // or it keeps the mount of another test
    conf.set("fs.viewfs.mounttable.views.link./all", folder.toUri().toString());
    assertRefused(into(readingModel("@/in/model"), at(spelling)), "is the same as --model");
    assertRefused(into(readingModel(spelling), at("@/in/model")), "is the same as --model");
  }

  @Test
  void relativePathIsTheSameFolder() {
    Path relative = Path.of("").toAbsolutePath().relativize(folder.resolve("in/model"));
    assertRefused(into(readingModel("@/in/model"), relative.toString()), "is the same as --model");
  }

  @ParameterizedTest
  @CsvSource({
    "@/in, holds",
    "@/parent, holds",
    "@, holds",
    "/, holds",
    "file:/, holds",
    "@/in/model/sub, lies in",
    "@/in/model/new/deep, lies in",
    "@/link/new, lies in",
    "@/parent/model/new, lies in",
    "@/later, lies in"
  })
  void folderAroundOrInsideAnInputIsRefused(String output, String relation) {
    assertRefused(into(readingModel("@/in/model"), at(output)), relation + " --model");
    assertRefused(into(readingModel("@/link"), at(output)), relation + " --model");
  }

  @Test
  void filesThatTheModelLinksToAreInputsToo() throws IOException {
    // the Hugging Face cache: snapshots/x/model.safetensors -> ../../blobs/hash
    Path snapshot = Files.createDirectories(folder.resolve("hub/snapshots/x"));
    Path blobs = Files.createDirectories(folder.resolve("hub/blobs"));
    Files.writeString(blobs.resolve("hash"), "weights");
    Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/hash"));
    assertRefused(into(readingModel("@/hub/snapshots/x"), at("@/hub/blobs")), "holds --model");
    assertRefused(into(readingModel("@/hub/snapshots/x"), at("@/hub")), "holds --model");
  }

  @ParameterizedTest
  @CsvSource({
    "hdfs://localhost/m, hdfs://localhost:8020/m/",
    "hdfs://localhost/m, hdfs://LOCALHOST/m/x",
    "hdfs://localhost/m, webhdfs://localhost:9870/m",
    "/m, hdfs://localhost/m",
    "hdfs:/m, /m/../m",
    "s3a://bucket/m, s3://bucket/m/out",
    "s3a://bucket/a/m, s3a://bucket/a",
    "s3a://bucket/a/m, s3a://bucket/"
  })
  void oneStoreUnderTwoNamesIsOneStore(String model, String output) {
    conf.set("fs.defaultFS", "hdfs://localhost");
    conf.setBoolean("fs.hdfs.impl.disable.cache", true); // another test's has another default
    conf.set("fs.s3a.impl", ObjectStore.class.getName());
    conf.set("fs.s3.impl", ObjectStore.class.getName());
    assertRefused(into(new Footprint().reads("--model", model), output), "--model");
  }

  @ParameterizedTest
  @CsvSource({
    "@/in/model, @/in/model-4bit",
    "@/in/model, @/in/other",
    "@/in/model, @/out",
    "hdfs://localhost/m, hdfs://localhost/mm",
    "hdfs://localhost/m, hdfs://127.0.0.1/m",
    "hdfs://localhost:8020/m, hdfs://localhost:9000/m",
    "s3a://bucket/m, s3a://other/m",
    "@/in/model, s3a://bucket/in/model"
  })
  void neighboursAreNotInputs(String model, String output) {
    conf.set("fs.s3a.impl", ObjectStore.class.getName());
    Footprint footprint = readingModel(model).addsTo("--out", at(output));
    assertThatCode(() -> footprint.check(conf)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "@/texts/a.jsonl, @/texts, holds --corpus",
    "@/texts/a.jsonl, @/texts/a.jsonl, is the same as --corpus",
    "@/texts, @/texts, is the same as --corpus",
    "@/texts, @/texts/store, lies in --corpus",
    "@/texts/*.jsonl, @/texts, holds --corpus",
    "'@/texts/{a,b}.jsonl', @/texts, holds --corpus",
    "@/texts/*, @/texts/day/store, lies in --corpus",
    "@/texts/*, @/texts/store, would be read as --corpus",
    "@/*, @/store, would be read as --corpus",
    "@/texts/*/*.json, @/texts/store, would be read as --corpus",
    "'@/te{xt,st}s/*/*/*.parquet', @/texts/store, would be read as --corpus"
  })
  void storeIsNoPartOfTheCorpus(String corpus, String store, String reason) {
    Footprint footprint = new Footprint().readsAll("--corpus", at(corpus));
    assertRefused(footprint.writesFolder("--sketches", at(store), FolderKind.STORE, false), reason);
  }

  @ParameterizedTest
  @CsvSource({
    "@/texts/a.jsonl, @/texts/store",
    "@/texts/*.jsonl, @/texts/store",
    "@/texts/*/*.jsonl, @/texts/store",
    "@/texts/day, @/texts/store"
  })
  void storeMayLieBesideTheFilesOfTheCorpus(String corpus, String store) {
    Footprint footprint = new Footprint().readsAll("--corpus", at(corpus));
    footprint.writesFolder("--sketches", at(store), FolderKind.STORE, true);
    assertThatCode(() -> footprint.check(conf)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"@/texts/a[1].jsonl", "@/texts/a[1.jsonl", "@/texts/a{1.jsonl"})
  void nameWithTheSignsOfAPatternIsAFileToo(String name) throws IOException {
    Files.writeString(Path.of(at(name)), "{}");
    Footprint footprint = new Footprint().readsAll("--corpus", at(name));
    assertRefused(footprint.writesFile("--out", at(name)), "is the same as");
  }

  @Test
  void reportIsNeitherAnInputNorInAFolderThatIsRead() {
    Footprint model = readingModel("@/in/model");
    assertRefused(model.writesFile("--report", at("@/link/config.json")), "lies in --model");
    Footprint data = new Footprint().readsAll("--data", at("@/texts/*.jsonl"));
    assertRefused(data.writesFile("--report", at("@/texts/r.jsonl")), "would be read as --data");
  }

  @Test
  void outputsLieApartFromEachOther() {
    Footprint footprint = into(new Footprint(), at("@/out"));
    assertRefused(footprint.addsTo("--cache", at("@/out/cache")), "--cache", "lies in --out");
    Footprint other = new Footprint().writesFolder("--work", at("@/w"), FolderKind.STUDY, false);
    assertRefused(other.writesFile("--out", at("@/w")), "--out", "is the same as --work");
  }

  @Test
  void messageNamesTheRealPlaceBehindALink() {
    assertThatThrownBy(() -> into(readingModel("@/in/model"), at("@/link")).check(conf))
        .hasMessage(
            at(
                "--out @/link (@/in/model) is the same as --model @/in/model: what is written must lie apart from that. Choose another --out; nothing was touched."));
  }

  @Test
  void folderIsNotHandedOutBeforeItIsKnownToLieApart() {
    Footprint footprint = into(readingModel("@/in/model"), at("@/in"));
    assertThatThrownBy(() -> footprint.folder("--out", conf)).isInstanceOf(InputException.class);
    assertThat(folder.resolve("in/model/config.json")).exists();
  }
}
