package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model, corpus, store and output on a file system of Hadoop's own, read by range (viewfs). */
class OtherFileSystemTest {
  private static final String LINK = "spark.hadoop.fs.viewfs.mounttable.whole.link./";

  @TempDir private Path folder;

  @BeforeEach
  void mount() {
    System.setProperty(LINK + "datasets", Cli.DATASETS.toUri().toString());
    System.setProperty(LINK + "out", folder.toUri().toString());
  }

  @AfterEach
  void unmount() {
    System.clearProperty(LINK + "datasets");
    System.clearProperty(LINK + "out");
  }

  @Test
  void givesTheSameBytesAsLocalFolders() {
    run(
        "viewfs://whole/datasets/models/foresight-tiny",
        "viewfs://whole/datasets",
        "viewfs://whole/out/a");
    run(Cli.TINY.toString(), Cli.DATASETS.toString(), folder + "/b");
    assertThat(Cli.hashes(folder.resolve("a/model"), ".safetensors"))
        .isNotEmpty()
        .isEqualTo(Cli.hashes(folder.resolve("b/model"), ".safetensors"));
    assertThat(Files.exists(folder.resolve("a/model/_SUCCESS"))).isTrue();
  }

  private static void run(String model, String datasets, String out) {
    Cli.Result calibrated =
        Cli.run(
            "calibrate",
            "--master",
            "local[2]",
            "--model",
            model,
            "--corpus",
            datasets + "/corpus/code.jsonl",
            "--sketches",
            out + "/sketches",
            "--sequence-length",
            64,
            "--sequences-per-shard",
            2,
            "--rows",
            16);
    assertThat(calibrated.exitCode()).as(calibrated.err()).isZero();
    Cli.Result quantized =
        Cli.run(
            "quantize",
            "--master",
            "local[2]",
            "--model",
            model,
            "--sketches",
            out + "/sketches",
            "--group",
            64,
            "--out",
            out + "/model");
    assertThat(quantized.exitCode()).as(quantized.err()).isZero();
  }
}
