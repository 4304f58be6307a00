package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitLogTest {
  private static final String FINGERPRINT = "feed";

  @TempDir private Path folder;
  private CommitLog log;

  @BeforeEach
  void open() {
    log = new CommitLog(CONF, new org.apache.hadoop.fs.Path(folder.toString()));
  }

  private static Commit commit(String fingerprint, Set<String> replaces, String... shards) {
    List<StoredShard> stored = Stream.of(shards).map(CommitLogTest::shard).toList();
    return new Commit(
        fingerprint,
        new TreeSet<>(Set.of("1.28.0")),
        new TreeSet<>(Set.of("amd64")),
        new TreeSet<>(replaces),
        stored);
  }

  private static StoredShard shard(String id) {
    StoredFile sums = StoredFile.unchecked("sums/%s.00000.parquet".formatted(StoreFiles.slug(id)));
    StoredSlice slice = new StoredSlice(id, 0, 0, 1, List.of(), Map.of("sums", sums));
    return new StoredShard(SmallShards.packed(id, 1, id), null, List.of(slice), 0);
  }

  private static String sha256(byte[] bytes) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private void put(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void storeWithoutCommitsHoldsNothing() throws IOException {
    assertThat(log.read(FINGERPRINT)).isEmpty();
  }

  @Test
  void nameIsTheNextNumberAndTheBeginningOfTheSha256OfTheContent() throws Exception {
    String first = log.append(commit(FINGERPRINT, Set.of(), "a"));
    String second = log.append(commit(FINGERPRINT, Set.of(), "b"));
    assertThat(first).startsWith("commits/000001-");
    assertThat(second).startsWith("commits/000002-");
    for (String name : List.of(first, second)) {
      String hash = sha256(Files.readAllBytes(folder.resolve(name))).substring(0, 16);
      assertThat(name).endsWith("-" + hash + ".json");
    }
  }

  @Test
  void numberFollowsTheHighestOneThatIsThereAlsoWhenLowerOnesAreGone() throws IOException {
    log.append(commit(FINGERPRINT, Set.of(), "a"));
    String second = log.append(commit(FINGERPRINT, Set.of(), "b"));
    log.delete(List.of(log.read(FINGERPRINT).firstKey()));
    assertThat(log.append(commit(FINGERPRINT, Set.of(), "c"))).startsWith("commits/000003-");
    assertThat(log.read(FINGERPRINT).firstKey()).isEqualTo(second);
  }

  /** Ten digits are no int; a commit of that name, whoever wrote it, must not stop a run. */
  @Test
  void namesWithoutANumberOfOursDoNotCount() throws IOException {
    put("commits/99999999999-x.json", "");
    put("commits/notes.txt", "");
    assertThat(log.append(commit(FINGERPRINT, Set.of(), "a"))).startsWith("commits/000001-");
  }

  @Test
  void commitThatIsReadIsTheOneThatWasWritten() throws IOException {
    Commit written = commit(FINGERPRINT, Set.of("commits/000000-0.json"), "b", "a", "ü/1");
    String name = log.append(written);
    assertThat(log.read(FINGERPRINT)).containsOnlyKeys(name).containsValue(written);
    assertThat(written.shards()).extracting(StoredShard::id).containsExactly("a", "b", "ü/1");
  }

  @Test
  void replacedCommitsNoLongerCountAlsoWhileTheirFilesAreThere() throws IOException {
    String first = log.append(commit(FINGERPRINT, Set.of(), "a"));
    String second = log.append(commit(FINGERPRINT, Set.of(), "b"));
    String third = log.append(commit(FINGERPRINT, Set.of(first), "a"));
    assertThat(folder.resolve(first)).exists();
    assertThat(log.read(FINGERPRINT)).containsOnlyKeys(second, third);
  }

  /** What a replaced commit replaced does not come back with it. */
  @Test
  void replacementsOfReplacedCommitsHold() throws IOException {
    String first = log.append(commit(FINGERPRINT, Set.of(), "a"));
    String second = log.append(commit(FINGERPRINT, Set.of(first), "a"));
    String third = log.append(commit(FINGERPRINT, Set.of(second), "a"));
    assertThat(log.read(FINGERPRINT)).containsOnlyKeys(third);
  }

  @Test
  void commitOfAnotherFingerprintIsRefusedByName() throws IOException {
    String name = log.append(commit("beef", Set.of(), "a"));
    assertThatThrownBy(() -> log.read(FINGERPRINT))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s/%s was written under another model or other settings than manifest.json says, by a run that began at the same moment: delete it and calibrate its shards again.",
            folder, name);
  }

  @Test
  void changedCommitIsRefusedByName() throws IOException {
    String name = log.append(commit(FINGERPRINT, Set.of(), "a"));
    String text = Files.readString(folder.resolve(name));
    put(name, text.replace("amd64", "arm64"));
    assertThatThrownBy(() -> log.read(FINGERPRINT))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name + " is damaged: its name does not hold its SHA-256")
        .hasMessageEndingWith("calibrate its shards again.");
  }

  /** A later release may say more; what this one can't read it must not take for less. */
  @Test
  void commitWithAFieldOfALaterReleaseIsRefused() throws Exception {
    String name = log.append(commit(FINGERPRINT, Set.of(), "a"));
    String later = Files.readString(folder.resolve(name)).replaceFirst("\\{", "{\"later\": 1,");
    Files.delete(folder.resolve(name));
    put("commits/000001-" + sha256(later.getBytes(UTF_8)).substring(0, 16) + ".json", later);
    assertThatThrownBy(() -> log.read(FINGERPRINT))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("later")
        .hasMessageEndingWith("Use the release that wrote it.");
  }

  @Test
  void commitWithoutItsShardsIsNone() {
    assertThatThrownBy(
            () -> new Commit(FINGERPRINT, new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lacks");
  }
}
