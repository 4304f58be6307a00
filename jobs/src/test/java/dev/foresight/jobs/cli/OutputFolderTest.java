package dev.foresight.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.LocalFiles;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  private final Configuration conf = LocalFiles.use(new Configuration());

  @TempDir private Path folder;
  private OutputFolder output;

  @BeforeEach
  void open() throws IOException {
    String out = folder.resolve("out").toString();
    output =
        new OutputFolder(
            new Footprint()
                .writesFolder("--out", out, FolderKind.MODEL, false)
                .folder("--out", conf));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void everyFileIsNotedWithItsHash() throws Exception {
    output.texts(Map.of("b.txt", "grüße", "a.txt", ""));
    output.json("c.json", new ObjectMapper().createObjectNode().put("x", 1));
    output.note("task.bin", new WrittenFile(7, "ab"));
    assertThat(output.written().keySet()).containsExactly("a.txt", "b.txt", "c.json", "task.bin");
    for (String file : List.of("a.txt", "b.txt", "c.json")) {
      byte[] bytes = Files.readAllBytes(folder.resolve("out").resolve(file));
      assertThat(output.written().get(file))
          .isEqualTo(new WrittenFile(bytes.length, sha256(bytes)));
    }
    assertThat(Files.readString(folder.resolve("out/c.json"))).endsWith("}\n");
  }

  @Test
  void copiesAreTheSameBytesInTheSameSubFolders() throws Exception {
    byte[] large = new byte[(8 << 20) + 3]; // more than is read at once
    new java.util.Random(1).nextBytes(large);
    Path model = Files.createDirectories(folder.resolve("model/sub"));
    Files.write(model.resolve("large.bin"), large);
    Files.write(model.resolveSibling("empty"), new byte[0]);
    output.copy(new LocalModelFolder(folder.resolve("model")), List.of("sub/large.bin", "empty"));
    assertThat(folder.resolve("out/sub/large.bin")).hasBinaryContent(large);
    assertThat(folder.resolve("out/empty")).isEmptyFile();
    assertThat(output.written().get("sub/large.bin"))
        .isEqualTo(new WrittenFile(large.length, sha256(large)));
  }

  @Test
  void copyOfAFileThatIsNotThereIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("model"));
    LocalModelFolder model = new LocalModelFolder(folder.resolve("model"));
    assertThatThrownBy(() -> output.copy(model, List.of("nothing")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("nothing");
    assertThat(output.written()).isEmpty();
  }

  @Test
  void listOfFilesIsThatOfTheMoment() throws IOException {
    output.text("a.txt", "a");
    Map<String, WrittenFile> before = output.written();
    output.text("b.txt", "b");
    assertThat(before).containsOnlyKeys("a.txt");
    assertThat(output.tables()).isEmpty();
    assertThat(Files.readAllBytes(folder.resolve("out/b.txt"))).isEqualTo("b".getBytes(UTF_8));
  }
}
