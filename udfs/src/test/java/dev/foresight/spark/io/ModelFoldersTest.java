package dev.foresight.spark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.ObjectStore;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.ModelFolder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model folders on other file systems, and what a model is known by. */
class ModelFoldersTest {
  private static final String MODEL = "objects://bucket/model";

  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  @BeforeEach
  void install() {
    ObjectStore.install(conf);
  }

  private static void put(String name, byte[] bytes) {
    ObjectStore.put("/model/" + name, bytes);
  }

  private static void put(String name, String text) {
    put(name, text.getBytes(UTF_8));
  }

  private static String sha256(byte[] bytes) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** Safetensors by its specification: length of the header, header, then the elements. */
  private static byte[] weights(float... values) {
    String header =
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(values.length, 4 * values.length);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length() + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length()).put(header.getBytes(UTF_8));
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  @Test
  void filesOfAStoreAreListedAsThoseOfADisk() throws IOException {
    for (String name : new String[] {"config.json", "b.txt", "original/x.pth", ".cache/y"}) {
      put(name, name);
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
    ModelFolder remote = ModelFolders.open(MODEL, conf);
    ModelFolder local = ModelFolders.open(folder.toString(), conf);
    assertThat(remote.files()).containsExactly("b.txt", "config.json").isEqualTo(local.files());
    assertThat(remote.tree())
        .containsExactly("b.txt", "config.json", "original/x.pth")
        .isEqualTo(local.tree());
    assertThat(remote.textBelow("original/x.pth")).isEqualTo("original/x.pth");
  }

  @Test
  void bytesAreReadByPositionLittleEndianAndReadOnly() throws IOException {
    put("f", new byte[] {0, 1, 2, 0, 0, 0, 9});
    try (ByteSource source = ModelFolders.open(MODEL, conf).open("f")) {
      assertThat(source.size()).isEqualTo(7);
      ByteBuffer read = source.read(1, 4);
      assertThat(read.isReadOnly()).isTrue();
      assertThat(read.getInt()).isEqualTo(1 + 2 * 256);
      assertThat(source.read(7, 0).remaining()).isZero();
      assertThat(source.name()).isEqualTo(MODEL + "/f");
      assertThatThrownBy(() -> source.read(5, 3)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void nameThatLeadsOutOfTheFolderIsRefused() throws IOException {
    put("config.json", "{}");
    ObjectStore.put("/secret", new byte[1]);
    ModelFolder model = ModelFolders.open(MODEL, conf);
    for (String name : new String[] {"../secret", "/secret", "a:b", "", ".."}) {
      assertThatThrownBy(() -> model.open(name)).isInstanceOf(InputException.class);
      assertThatThrownBy(() -> model.openBelow(name)).isInstanceOf(InputException.class);
    }
    assertThatThrownBy(() -> model.openBelow("sub/../../secret"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no plain name inside the folder");
    assertThatThrownBy(() -> model.open("nothing"))
        .isInstanceOf(InputException.class)
        .hasMessage(MODEL + " has no file nothing.");
  }

  @Test
  void placeThatIsNoFolderIsRefused() {
    assertThatThrownBy(() -> ModelFolders.open(MODEL, conf))
        .isInstanceOf(InputException.class)
        .hasMessage("There is no model folder " + MODEL + ": check the path.");
    ObjectStore.put("/model", new byte[1]);
    assertThatThrownBy(() -> ModelFolders.open(MODEL, conf))
        .isInstanceOf(InputException.class)
        .hasMessage(MODEL + " is a file, not a model folder.");
  }

  @Test
  void modelThatWasNotFinishedIsRefusedWithTheWayToFinishIt() throws IOException {
    put("report.json", "{\"writer\": \"foresight\"}");
    assertThatThrownBy(() -> ModelFolders.open(MODEL, conf))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(MODEL + " is not finished (no _SUCCESS): run the same quantize");
    put("_SUCCESS", "");
    assertThat(ModelFolders.open(MODEL, conf).location()).isEqualTo(MODEL);
  }

  @Test
  void reportOfAnotherProgramDoesNotMatter() throws IOException {
    put("report.json", "{\"writer\": \"somebody\"}");
    assertThat(ModelFolders.open(MODEL, conf).files()).containsExactly("report.json");
  }

  @Test
  void modelIsKnownByTheFilesThatDecideItsActivations() throws Exception {
    byte[] weights = weights(1.5f, -2);
    put("config.json", "{}");
    put("tokenizer.json", "tokens");
    put("model.safetensors", weights);
    put("README.md", "words");
    ModelFingerprint of = ModelFingerprint.of(ModelFolders.open(MODEL, conf));
    Map<String, String> expected = new TreeMap<>();
    expected.put("config.json", sha256("{}".getBytes(UTF_8)));
    expected.put("tokenizer.json", sha256("tokens".getBytes(UTF_8)));
    expected.put("model.safetensors", sha256(weights));
    assertThat(of.files()).isEqualTo(expected);
    put("README.md", "other words");
    assertThat(ModelFingerprint.of(ModelFolders.open(MODEL, conf))).isEqualTo(of);
    put("model.safetensors", weights(1.5f, -2.0000002f));
    assertThat(ModelFingerprint.of(ModelFolders.open(MODEL, conf)).sha256())
        .isNotEqualTo(of.sha256());
  }

  @Test
  void weightThatIsNoNumberIsNamedWhileTheFileIsHashed() {
    put("model.safetensors", weights(1, Float.NaN, 2));
    assertThatThrownBy(() -> ModelFingerprint.of(ModelFolders.open(MODEL, conf)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining("w");
  }

  @Test
  void fingerprintLacksNoHash() {
    Map<String, String> lacking = new TreeMap<>();
    lacking.put("config.json", null);
    assertThatThrownBy(() -> new ModelFingerprint("ab", lacking))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ModelFingerprint(null, Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Pieces of 8 MiB: a file of more than one is hashed as one. */
  @Test
  void fileOfSeveralPiecesHasOneHash() throws Exception {
    byte[] bytes = new byte[(8 << 20) + 5];
    new java.util.Random(1).nextBytes(bytes);
    put("f", bytes);
    try (ByteSource source = ModelFolders.open(MODEL, conf).open("f")) {
      assertThat(FileHash.of(source)).isEqualTo(sha256(bytes));
    }
  }
}
