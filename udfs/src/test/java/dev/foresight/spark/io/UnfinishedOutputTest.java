package dev.foresight.spark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A killed run is gone on with only where the plan, and what it wrote, are the same. */
class UnfinishedOutputTest {
  private static final String PLAN = "{\"writer\": \"foresight\", \"group\": 64}";

  /** What a task may know of its block. */
  public record Known(String name, double loss) {}

  private final Configuration conf = LocalFiles.use(new Configuration());

  @TempDir private Path folder;
  private UnfinishedOutput output;

  @BeforeEach
  void open() {
    output = new UnfinishedOutput(folder.toString());
  }

  @Test
  void nothingWasBegunInAnEmptyFolder() throws IOException {
    assertThat(output.isOf(PLAN, conf)).isFalse();
    assertThat(output.announced(conf)).isEmpty();
    assertThat(output.recorded(0, Known.class, conf)).isEmpty();
  }

  @Test
  void onlyTheVeryPlanIsGoneOnWith() throws IOException {
    output.begin(PLAN, conf);
    assertThat(output.isOf(PLAN, conf)).isTrue();
    assertThat(output.isOf(PLAN.replace("64", "65"), conf)).isFalse();
    assertThat(output.isOf("", conf)).isFalse();
    output.begin(PLAN.replace("64", "65"), conf);
    assertThat(output.isOf(PLAN, conf)).as("another run has begun").isFalse();
  }

  @Test
  void finishedFolderIsNotGoneOnWith() throws IOException {
    output.begin(PLAN, conf);
    Files.createFile(folder.resolve("_SUCCESS"));
    assertThat(output.isOf(PLAN, conf)).isFalse();
  }

  @Test
  void fileIsAnnouncedBeforeItIsWritten() throws IOException {
    output.write(
        "sub/a.safetensors",
        out -> {
          assertThat(output.announced(conf)).containsExactly("sub/a.safetensors");
          out.write("abc".getBytes(UTF_8));
        },
        conf);
    assertThatThrownBy(
            () ->
                output.write(
                    "b",
                    out -> {
                      throw new IOException("killed");
                    },
                    conf))
        .hasMessage("killed");
    assertThat(output.announced(conf)).containsExactly("b", "sub/a.safetensors");
    assertThat(folder.resolve("b")).doesNotExist();
  }

  @Test
  void recordIsOfItsBlockAndTheLastOneCounts() throws IOException {
    output.record(7, new Known("sevenths", 0.1), conf);
    output.record(7, new Known("seventh", 0.1), conf);
    output.record(70, new Known("ü", Double.MIN_VALUE), conf);
    assertThat(output.recorded(7, Known.class, conf)).contains(new Known("seventh", 0.1));
    assertThat(output.recorded(70, Known.class, conf)).contains(new Known("ü", Double.MIN_VALUE));
    assertThat(output.recorded(0, Known.class, conf)).isEmpty();
  }

  @Test
  void fileOfAnotherLengthIsNotTheRecordedOne() throws IOException {
    WrittenFile written = output.write("a", out -> out.write("abc".getBytes(UTF_8)), conf);
    assertThat(written.bytes()).isEqualTo(3);
    assertThat(output.has("a", written, conf)).isTrue();
    Files.writeString(folder.resolve("a"), "ab");
    assertThat(output.has("a", written, conf)).isFalse();
    Files.delete(folder.resolve("a"));
    assertThat(output.has("a", written, conf)).isFalse();
  }

  /** All of it goes with the folder's commit. */
  @Test
  void everythingButTheFilesLiesUnderTheFolderOfUnfinishedThings() throws IOException {
    output.begin(PLAN, conf);
    output.write("a", out -> out.write('a'), conf);
    output.record(0, new Known("x", 1), conf);
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("a", AtomicFiles.TEMPORARY);
    for (FolderTree.Entry entry :
        FolderTree.of(new org.apache.hadoop.fs.Path(folder.toUri()), conf)) {
      assertThat(entry.name().equals("a") || FolderKind.MODEL.names(entry.name()))
          .as(entry.name())
          .isTrue();
    }
  }
}
