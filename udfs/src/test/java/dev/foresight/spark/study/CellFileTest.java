package dev.foresight.spark.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.spark.io.LocalFiles;
import dev.foresight.study.CellScores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores are taken over only for the very same question. */
class CellFileTest {
  private static final String IDENTITY = "{\"model\":\"feed\",\"windows\":[1,2]}";
  private static final CellScores SCORES =
      new CellScores(
          12.5,
          11.25,
          0.1,
          Double.MIN_VALUE,
          1 / 3.0,
          0.75,
          1L << 40,
          new double[] {2.5, 0.1},
          new double[] {0.0, 1e-300});

  private final Configuration conf = LocalFiles.use(new Configuration());

  @TempDir private Path folder;

  private CellFile cell(String identity) {
    return new CellFile(folder.toString(), identity);
  }

  private Path file(String identity) {
    return folder.resolve(cell(identity).name());
  }

  @Test
  void scoresComeBackBitByBit() throws IOException {
    cell(IDENTITY).write(SCORES, conf);
    assertThat(cell(IDENTITY).read(conf).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(SCORES);
  }

  @Test
  void nameIsTheBeginningOfTheSha256OfTheIdentity() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(IDENTITY.getBytes("UTF-8"));
    assertThat(cell(IDENTITY).name())
        .isEqualTo("cells/" + HexFormat.of().formatHex(hash, 0, 16) + ".json");
  }

  @Test
  void otherQuestionHasNoScores() throws IOException {
    cell(IDENTITY).write(SCORES, conf);
    String other = IDENTITY.replace("2]", "3]");
    assertThat(cell(other).read(conf)).isEmpty();
    Files.copy(file(IDENTITY), file(other));
    assertThat(cell(other).read(conf)).as("under its name, but of another identity").isEmpty();
  }

  @Test
  void damagedCellCountsAsNoneAndIsWrittenAgain() throws IOException {
    cell(IDENTITY).write(SCORES, conf);
    byte[] whole = Files.readAllBytes(file(IDENTITY));
    for (int length : new int[] {0, 1, whole.length / 2, whole.length - 3}) {
      Files.write(file(IDENTITY), Arrays.copyOf(whole, length));
      assertThat(cell(IDENTITY).read(conf)).as("%d bytes", length).isEmpty();
    }
    cell(IDENTITY).write(SCORES, conf);
    assertThat(Files.readAllBytes(file(IDENTITY))).isEqualTo(whole);
  }

  @Test
  void cellWithoutScoresOrWithOthersCountsAsNone() throws IOException {
    Files.createDirectories(file(IDENTITY).getParent());
    for (String scores : new String[] {"", ",\"scores\":{\"perplexity\":\"many\"}"}) {
      Files.writeString(file(IDENTITY), "{\"identity\":" + IDENTITY + scores + "}");
      assertThat(cell(IDENTITY).read(conf)).isEmpty();
    }
  }
}
