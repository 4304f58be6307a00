package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens on the way, a store of six shards holds the bytes of one undisturbed run in one
 * thread: its sequences, sums, rows and tokens.
 */
class DurableStoreTest {
  private static final List<String> SHARDS =
      List.of("code", "dialogue", "encyclopedia", "fiction", "legal", "reasoning");
  private static final String PAUSED = "-legal.00001"; // the file of a slice in the middle

  @TempDir private static Path folder;
  private static Map<String, String> expected;

  private final Map<String, String> settings = new HashMap<>();
  private Path marker;

  @BeforeAll
  static void calibrateUndisturbed() {
    Path store = folder.resolve("undisturbed");
    Cli.Result result = Cli.run(arguments("local[1]", String.join(",", SHARDS), store.toString()));
    assertThat(result.exitCode()).as(result.err()).isZero();
    expected = Cli.hashes(store, ".parquet");
    assertThat(expected).hasSize(6 + 3 * 12); // 2 slices a shard
  }

  @BeforeEach
  void prepare() throws IOException {
    marker = Files.createTempDirectory(folder, "marker").resolve("marker");
  }

  private void prepareExecutors() {
    set("foresight.classpath", System.getProperty("java.class.path"));
    set("spark.executor.extraJavaOptions", StandingProcess.SHORT_LIVED);
  }

  @AfterEach
  void forgetSettings() {
    settings.forEach((name, value) -> System.clearProperty(name));
  }

  private void set(String name, String value) {
    settings.put(name, value);
    System.setProperty(name, value);
  }

  private static Object[] arguments(String master, String shards, String store) {
    return new Object[] {
      "calibrate",
      "--master",
      master,
      "--model",
      Cli.TINY,
      "--corpus",
      Cli.DATASETS.resolve("corpus") + "/{" + shards + "}.jsonl",
      "--sketches",
      store,
      "--sequence-length",
      64,
      "--sequences-per-shard",
      4,
      "--slice",
      2,
      "--rows",
      16
    };
  }

  private static Cli.Result run(String master, String store) {
    return Cli.run(arguments(master, String.join(",", SHARDS), store));
  }

  private static void assertIsTheUndisturbed(Cli.Result result, Path store) {
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(Cli.hashes(store, ".parquet")).isEqualTo(expected);
    assertThat(Cli.run("sketches", "list", store).out()).contains(SHARDS);
  }

  @Test
  void twoThreads() {
    Path store = folder.resolve("two");
    assertIsTheUndisturbed(run("local[2]", store.toString()), store);
  }

  @Test
  void sixRunsOfOneShardEachIntoOneStore() {
    Path store = folder.resolve("joined");
    Cli.Result result = null;
    for (String shard : List.of("reasoning", "code", "legal", "dialogue", "fiction")) {
      result = Cli.run(arguments("local[2]", shard, store.toString()));
      assertThat(result.exitCode()).as(result.err()).isZero();
    }
    result = run("local[2]", store.toString()); // today's glob: five that are there, one new
    assertThat(result.out()).contains("in the store already", "Calibrated 256 tokens");
    assertIsTheUndisturbed(result, store);
  }

  @Test
  void aSpeculativeCopyOnAnotherHost() throws Exception {
    FaultyFileSystem.settings(PAUSED, marker).forEach(this::set);
    prepareExecutors();
    set("spark.speculation", "true");
    set("spark.speculation.interval", "100ms");
    set("spark.speculation.quantile", "0.1");
    set("spark.speculation.minTaskRuntime", "100ms");
    set("spark.executor.memory", "1g");
    Path store = folder.resolve("speculation");
    Cli.Result result;
    try (TwoHosts cluster = TwoHosts.start(folder.resolve("workers"), 1024)) {
      result = run(cluster.url(), FaultyFileSystem.uri(store));
    }
    assertThat(marker).as("the first copy stood still: " + result.err()).exists();
    assertThat(result.out()).contains("Calibrated 1,536 tokens"); // no slice counts twice
    assertIsTheUndisturbed(result, store);
  }

  @Test
  void executorThatIsKilled() throws Exception {
    FaultyFileSystem.settings(PAUSED, marker).forEach(this::set);
    prepareExecutors();
    Path store = folder.resolve("executor");
    var running =
        CompletableFuture.supplyAsync(
            () -> run("local-cluster[2,1,1024]", FaultyFileSystem.uri(store)));
    long executor = StandingProcess.await(marker, () -> !running.isDone());
    assertThat(executor).isNotEqualTo(ProcessHandle.current().pid());
    ProcessHandle.of(executor).orElseThrow().destroyForcibly();
    assertIsTheUndisturbed(running.get(), store);
  }

  @Test
  void driverThatIsKilledAndARunThatTakesOver() throws Exception {
    Path store = folder.resolve("driver");
    String shards = String.join(",", SHARDS);
    StandingProcess.killed(
        PAUSED, marker, arguments("local[1]", shards, FaultyFileSystem.uri(store)));
    assertThat(store.resolve("_SUCCESS")).doesNotExist();
    assertThat(store.resolve("commits")).doesNotExist();
    Cli.Result result = run("local[2]", store.toString());
    assertThat(result.out()).containsPattern("Took over [1-9]\\d* slices of a run");
    assertThat(result.out()).doesNotContain("Took over 12 slices");
    assertIsTheUndisturbed(result, store);
  }
}
