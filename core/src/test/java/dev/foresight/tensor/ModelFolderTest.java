package dev.foresight.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Local folders, mapped files, and checkpoints of one or more files in them. */
class ModelFolderTest {
  @TempDir Path folder;

  @Test
  void mappedFileReadsAcrossItsRegions() throws IOException {
    byte[] bytes = new byte[100];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Path path = Files.write(folder.resolve("f"), bytes);
    try (MappedFile file = MappedFile.open(path, 16)) {
      for (int position = 0; position <= bytes.length; position++) {
        for (int length = 0; length <= bytes.length - position; length++) {
          byte[] read = new byte[length];
          file.read(position, length).get(read);
          for (int i = 0; i < length; i++) {
            assertThat(read[i]).isEqualTo(bytes[position + i]);
          }
        }
      }
    }
  }

  @Test
  void mappedFileDoesNotReadPastItsEnd() throws IOException {
    Path path = Files.write(folder.resolve("f"), new byte[10]);
    try (MappedFile file = MappedFile.open(path)) {
      assertThatExceptionOfType(EOFException.class)
          .isThrownBy(() -> file.read(8, 3))
          .withMessageContaining("has 10 bytes, but 3 from 8 are needed");
    }
  }

  @Test
  void emptyFileIsMapped() throws IOException {
    try (MappedFile file = MappedFile.open(Files.write(folder.resolve("f"), new byte[0]))) {
      assertThat(file.size()).isZero();
      assertThat(file.read(0, 0).remaining()).isZero();
    }
  }

  @Test
  void missingFolderAndFileInItsPlaceAreRefused() throws IOException {
    Path file = Files.write(folder.resolve("f"), new byte[1]);
    refused(() -> new LocalModelFolder(folder.resolve("none"))).withMessageContaining("not exist");
    refused(() -> new LocalModelFolder(file)).withMessageContaining("is a file: name the folder");
  }

  @Test
  void folderListsItsPlainFilesSorted() throws IOException {
    Files.createDirectory(folder.resolve("original"));
    Files.writeString(folder.resolve("b.json"), "{}");
    Files.writeString(folder.resolve("a.json"), "{}");
    assertThat(new LocalModelFolder(folder).files()).containsExactly("a.json", "b.json");
  }

  @Test
  void fileThatIsNotThereOrAFolderOrNotTextIsRefused() throws IOException {
    Files.createDirectory(folder.resolve("d"));
    Files.write(folder.resolve("latin"), new byte[] {(byte) 0xe9});
    LocalModelFolder model = new LocalModelFolder(folder);
    refused(() -> model.text("config.json")).withMessageContaining("has no config.json");
    refused(() -> model.open("w.safetensors")).withMessageContaining("does not exist");
    refused(() -> model.open("d")).withMessageContaining("is a folder");
    refused(() -> model.text("latin")).withMessageContaining("is not UTF-8");
  }

  @Test
  void nameThatLeavesTheFolderIsRefused() {
    LocalModelFolder model = new LocalModelFolder(folder);
    for (String name :
        List.of("../x", "..", ".", "", "a/b", "a\\b", "/elsewhere/x", "s3a:x", "C:x")) {
      refused(() -> model.open(name)).withMessageContaining("no plain name");
      refused(() -> model.text(name)).withMessageContaining("no plain name");
    }
  }

  @Test
  void nameThatNoFileSystemTakesIsRefused() {
    LocalModelFolder model = new LocalModelFolder(folder);
    for (String name : List.of("a\0b", "a\nb", "\ud800", "x".repeat(256), "é".repeat(128))) {
      refused(() -> model.open(name)).withMessageContaining("that file systems don't take");
    }
  }

  @Test
  void textBeyondTheLimitIsRefusedBeforeItIsRead() throws IOException {
    try (var file = new java.io.RandomAccessFile(folder.resolve("config.json").toFile(), "rw")) {
      file.setLength(ModelFolder.MAX_TEXT + 1L); // sparse
    }
    refused(() -> new LocalModelFolder(folder).text("config.json"))
        .withMessageContaining("has 268435457 bytes: a text beside the weights has at most");
  }

  @Test
  void linksOutOfTheFolderAreFollowedForWeightsOnly(@TempDir Path elsewhere) throws IOException {
    Path secret = Files.writeString(elsewhere.resolve("secret"), "{}");
    Files.createSymbolicLink(folder.resolve("LICENSE"), secret);
    Files.createSymbolicLink(folder.resolve("config.json"), secret);
    Files.createSymbolicLink(folder.resolve("tokenizer.json"), folder.resolve("inside.json"));
    Files.createSymbolicLink(folder.resolve("w.safetensors"), secret);
    Files.writeString(folder.resolve("inside.json"), "{}");
    LocalModelFolder model = new LocalModelFolder(folder);
    refused(() -> model.open("LICENSE"))
        .withMessageContaining("a link that leads out of the folder");
    refused(() -> model.text("config.json")).withMessageContaining("put the file itself there");
    assertThat(model.text("tokenizer.json")).isEqualTo("{}");
    assertThat(model.open("w.safetensors").size()).isEqualTo(2);
  }

  @Test
  void linksOfTheHuggingFaceCacheAreFollowed(@TempDir Path cache) throws IOException {
    Path blob = Files.createDirectories(cache.resolve("blobs")).resolve("0a1b");
    Path snapshot = Files.createDirectories(cache.resolve("snapshots/main"));
    Files.writeString(blob, "{}");
    Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/0a1b"));
    assertThat(new LocalModelFolder(snapshot).text("config.json")).isEqualTo("{}");
  }

  @Test
  void oneFileIsReadWithoutAnIndex() throws IOException {
    write("model.safetensors", "a", "b");
    try (Checkpoint checkpoint = Checkpoints.open(new LocalModelFolder(folder))) {
      assertThat(checkpoint.tensors()).extracting(TensorInfo::name).containsExactly("a", "b");
      assertThat(checkpoint.floats("b")).containsExactly(1);
    }
  }

  /** As in transformers 5.23, which then never opens the index. */
  @Test
  void oneFileDecidesWhereAnIndexIsThereAsWell() throws IOException {
    write("model.safetensors", "own");
    twoShards();
    LocalModelFolder both = new LocalModelFolder(folder);
    try (Checkpoint checkpoint = Checkpoints.open(both)) {
      assertThat(checkpoint.tensors()).extracting(TensorInfo::name).containsExactly("own");
    }
    assertThat(Checkpoints.files(both)).containsExactly("model.safetensors");
    assertThat(Checkpoints.unheeded(both).orElseThrow())
        .startsWith("model.safetensors holds the weights of")
        .endsWith("model.safetensors.index.json names 2 other files, which were not read.");
  }

  @Test
  void indexThatNamesTheOneFileIsNoSurprise() throws IOException {
    write("model.safetensors", "a");
    index("{\"a\":\"model.safetensors\"}");
    assertThat(Checkpoints.unheeded(new LocalModelFolder(folder))).isEmpty();
  }

  @Test
  void indexPlacesTensors() throws IOException {
    twoShards();
    try (Checkpoint checkpoint = Checkpoints.open(new LocalModelFolder(folder))) {
      assertThat(checkpoint.tensors()).extracting(TensorInfo::name).containsExactly("a", "b", "c");
      assertThat(checkpoint.info("c")).isEqualTo(TensorInfo.of("c", DType.F32, 1));
      assertThat(checkpoint.floats("b")).containsExactly(1);
      assertThat(checkpoint.bytes("a").getFloat()).isEqualTo(1);
      refused(() -> checkpoint.info("d")).withMessageContaining("has no tensor 'd'");
    }
  }

  @Test
  void folderWithoutWeightsSaysWhatItHas() throws IOException {
    refused(this::openCheckpoint).withMessageContaining("it has no files");
    Files.writeString(folder.resolve("pytorch_model.bin"), "");
    refused(this::openCheckpoint).withMessageContaining("it has pytorch_model.bin");
  }

  @Test
  void missingShardIsNamed() throws IOException {
    twoShards();
    Files.delete(folder.resolve("2.safetensors"));
    refused(this::openCheckpoint).withMessageContaining("2.safetensors does not exist");
  }

  @Test
  void indexThatNamesATensorWhichIsNotInItsFile() throws IOException {
    twoShards();
    index("{\"a\":\"1.safetensors\",\"b\":\"1.safetensors\",\"c\":\"1.safetensors\"}");
    refused(this::openCheckpoint)
        .withMessageContaining("says that 'c' lies in 1.safetensors, but it is not there");
  }

  @Test
  void tensorThatTheIndexDoesNotKnow() throws IOException {
    twoShards();
    index("{\"a\":\"1.safetensors\",\"c\":\"2.safetensors\"}");
    refused(this::openCheckpoint).withMessageContaining("1.safetensors holds 'b', which");
  }

  @Test
  void tensorThatLiesInTwoFiles() throws IOException {
    twoShards();
    write("2.safetensors", "b", "c");
    refused(this::openCheckpoint).withMessageContaining("2.safetensors holds 'b', which");
  }

  @Test
  void indexThatLeavesTheFolder() throws IOException {
    for (String name :
        List.of("../1.safetensors", "/elsewhere/1.safetensors", "..", "x\\\\1.safetensors")) {
      index("{\"a\":\"" + name + "\"}");
      refused(this::openCheckpoint).withMessageContaining("no plain name inside the folder");
    }
  }

  @Test
  void indexThatIsNoIndex() throws IOException {
    Files.writeString(folder.resolve(ShardedCheckpoint.INDEX), "{\"weight_map\":");
    refused(this::openCheckpoint).withMessageContaining("is not valid JSON");
    Files.writeString(folder.resolve(ShardedCheckpoint.INDEX), "[]");
    refused(this::openCheckpoint).withMessageContaining("is not a JSON object");
    Files.writeString(folder.resolve(ShardedCheckpoint.INDEX), "{}");
    refused(this::openCheckpoint).withMessageContaining("has no weight_map, or an empty one");
    index("{\"a\":1}");
    refused(this::openCheckpoint).withMessageContaining("the file of 'a' is 1, not a name");
    index("{\"a\":\"1\",\"a\":\"2\"}");
    refused(this::openCheckpoint).withMessageContaining("Duplicate");
  }

  private void openCheckpoint() throws IOException {
    Checkpoints.open(new LocalModelFolder(folder)).close();
  }

  private void twoShards() throws IOException {
    write("1.safetensors", "a", "b");
    write("2.safetensors", "c");
    index("{\"a\":\"1.safetensors\",\"b\":\"1.safetensors\",\"c\":\"2.safetensors\"}");
  }

  private void index(String weightMap) throws IOException {
    Files.writeString(
        folder.resolve(ShardedCheckpoint.INDEX), "{\"weight_map\":" + weightMap + "}");
  }

  private void write(String file, String... names) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : names) {
      tensors.add(NamedTensor.ofFloats(TensorInfo.of(name, DType.F32, 1), new float[] {1}));
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve(file))) {
      SafetensorsWriter.write(tensors, out);
    }
  }

  private static ThrowableAssertAlternative<InputException> refused(ThrowingCallable call) {
    return assertThatExceptionOfType(InputException.class).isThrownBy(call);
  }
}
