package dev.foresight.spark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenFileTest {
  // FIPS 180-4's examples: of "abc", and of nothing
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  private static final String EMPTY =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private final Configuration conf = LocalFiles.use(new Configuration());

  @TempDir private java.nio.file.Path folder;

  private Path root() {
    return new Path(folder.toUri());
  }

  private static String sha256(byte[] bytes) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void writtenFileIsKnownByItsLengthAndSha256() throws IOException {
    WrittenFile written =
        WrittenFile.write(conf, root(), "sub/f", out -> out.write("abc".getBytes(UTF_8)));
    assertThat(written).isEqualTo(new WrittenFile(3, ABC));
    assertThat(WrittenFile.read(new Path(root(), "sub/f"), conf)).isEqualTo(written);
    assertThat(folder.resolve("sub/f")).hasContent("abc");
  }

  /** A byte at a time, an array, and the middle of one: each is counted once. */
  @Test
  void bytesAreCountedHoweverTheyAreWritten() throws IOException {
    WrittenFile written =
        WrittenFile.write(
            conf,
            root(),
            "f",
            out -> {
              out.write('a');
              out.write("xbx".getBytes(UTF_8), 1, 1);
              out.write(new byte[] {'c'});
              out.write(new byte[0]);
              out.flush();
            });
    assertThat(written).isEqualTo(new WrittenFile(3, ABC));
  }

  @Test
  void emptyFileIsAFile() throws IOException {
    assertThat(WrittenFile.write(conf, root(), "f", out -> {}))
        .isEqualTo(new WrittenFile(0, EMPTY));
    assertThat(WrittenFile.read(new Path(root(), "f"), conf)).isEqualTo(new WrittenFile(0, EMPTY));
  }

  /** Read in pieces of a MiB. */
  @Test
  void fileOfSeveralPiecesIsHashedWhole() throws Exception {
    byte[] bytes = new byte[(2 << 20) + 17];
    new Random(3).nextBytes(bytes);
    Files.write(folder.resolve("f"), bytes);
    assertThat(WrittenFile.read(new Path(root(), "f"), conf))
        .isEqualTo(new WrittenFile(bytes.length, sha256(bytes)));
  }

  @Test
  void changedByteIsAnotherFileOfTheSameLength() throws IOException {
    Files.writeString(folder.resolve("f"), "abc");
    WrittenFile before = WrittenFile.read(new Path(root(), "f"), conf);
    Files.writeString(folder.resolve("f"), "abd");
    WrittenFile after = WrittenFile.read(new Path(root(), "f"), conf);
    assertThat(after.bytes()).isEqualTo(before.bytes());
    assertThat(after.sha256()).isNotEqualTo(before.sha256());
  }

  @Test
  void missingFileIsMissing() {
    assertThatThrownBy(() -> WrittenFile.read(new Path(root(), "none"), conf))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void failedWriterLeavesNoFileAndNothingUnfinished() {
    assertThatThrownBy(
            () ->
                WrittenFile.write(
                    conf,
                    root(),
                    "f",
                    out -> {
                      out.write('a');
                      throw new IOException("the model is gone");
                    }))
        .hasMessage("the model is gone");
    assertThat(folder.resolve("f")).doesNotExist();
    assertThat(folder.resolve(AtomicFiles.TEMPORARY)).isEmptyDirectory();
  }

  @Test
  void nameWithAColonIsRefusedBeforeAnythingIsWritten() {
    assertThatThrownBy(() -> WrittenFile.write(conf, root(), "a:b", out -> out.write('a')))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("a:b can't be written with a colon in its name: choose another.");
    assertThat(folder).isEmptyDirectory();
  }
}
