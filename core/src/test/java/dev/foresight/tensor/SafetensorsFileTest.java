package dev.foresight.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;

class SafetensorsFileTest {
  private static final float[] RAMP = {0, 1, 2, 3, 4, 5};

  @Test
  void readsEveryTypeThatTheReferenceLibraryWrites() throws IOException {
    try (SafetensorsFile file = reference()) {
      for (DType type : DType.values()) {
        assertThat(file.info("of." + type)).isEqualTo(TensorInfo.of("of." + type, type, 2, 3));
      }
      assertThat(file.tensors()).hasSize(DType.values().length + 3);
    }
  }

  @Test
  void widensTheThreeFloatTypes() throws IOException {
    try (SafetensorsFile file = reference()) {
      assertThat(file.floats("of.F32")).containsExactly(RAMP);
      assertThat(file.floats("of.F16")).containsExactly(RAMP);
      assertThat(file.floats("of.BF16")).containsExactly(RAMP);
      assertThat(file.floats("another.F16")).containsExactly(1, 0.099975586f, -65504);
    }
  }

  @Test
  void scalarsAndEmptyTensorsAreLegal() throws IOException {
    try (SafetensorsFile file = reference()) {
      assertThat(file.info("another.F32").shape()).isEmpty();
      assertThat(file.floats("another.F32")).containsExactly(3.5f);
      assertThat(file.floats("quoted \"name\" \\ é")).isEmpty();
    }
  }

  @Test
  void bytesAreLittleEndianAndReadOnly() throws IOException {
    try (SafetensorsFile file = reference()) {
      ByteBuffer bytes = file.bytes("of.I64");
      assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
      assertThat(bytes.isReadOnly()).isTrue();
      assertThat(bytes.getLong(8)).isEqualTo(1);
    }
  }

  @Test
  void integersAreNotWidened() throws IOException {
    try (SafetensorsFile file = reference()) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> file.floats("of.I32"))
          .withMessage("w.safetensors: tensor 'of.I32' is I32; weights must be F32, F16 or BF16.");
    }
  }

  @Test
  void missingTensorIsNamedWithSomeThatAreThere() throws IOException {
    try (SafetensorsFile file = reference()) {
      assertThat(file.contains("q")).isFalse();
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> file.info("q"))
          .withMessageStartingWith(
              "w.safetensors has no tensor 'q'; it has 18, among them another.F16");
    }
  }

  @Test
  void headerWithoutPaddingAndWithoutMetadataIsRead() throws IOException {
    String header = "{\"w\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}";
    assertThat(open(header, 3).tensors()).containsExactly(TensorInfo.of("w", DType.U8, 3));
  }

  @Test
  void unknownFieldsOfATensorAreIgnored() throws IOException {
    String header = "{\"w\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3],\"note\":1}}";
    assertThat(open(header, 3).contains("w")).isTrue();
  }

  @Test
  void refusedFileIsClosed() {
    BytesInMemory file = new BytesInMemory(new byte[3]);
    assertThatExceptionOfType(InputException.class).isThrownBy(() -> SafetensorsFile.open(file));
    assertThat(file.closed()).isTrue();
  }

  @Test
  void fileShorterThanTheLengthField() {
    refused(new byte[3]).withMessageContaining("it has 3 bytes, fewer than the length of a header");
  }

  @Test
  void headerLongerThanTheLimit() {
    refused(new byte[] {(byte) 0xff, -1, -1, -1, -1, -1, -1, -1})
        .withMessageContaining("its header would be 18446744073709551615 bytes long");
  }

  @Test
  void truncatedHeaderNamesTheMissingBytes() {
    refused(new byte[] {9, 0, 0, 0, 0, 0, 0, 0, '{', '}'})
        .withMessageContaining(
            "its header needs 17 bytes, but the file ends after 10: 7 are missing");
  }

  @Test
  void headerThatDoesNotStartWithABrace() {
    refused(" {}", 0).withMessageContaining("does not start with '{'");
    refused("", 0).withMessageContaining("does not start with '{'");
  }

  @Test
  void headerThatIsNotUtf8() {
    byte[] header = "{\"é\":1}".getBytes(StandardCharsets.ISO_8859_1);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> SafetensorsFile.open(BytesInMemory.safetensors(header, 0)))
        .withMessageContaining("its header is not UTF-8");
  }

  @Test
  void headerThatIsNotJson() {
    refused("{\"w\":", 0).withMessageContaining("The header of w.safetensors is not valid JSON");
    refused("{} x", 0).withMessageContaining("is not valid JSON");
  }

  @Test
  void tensorThatStandsTwice() {
    String w = "\"w\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}";
    refused("{" + w + "," + w + "}", 3)
        .withMessageContaining("Duplicate")
        .withMessageContaining("w");
  }

  @Test
  void metadataThatIsNotAFlatMapOfStrings() {
    refused("{\"__metadata__\":[]}", 0).withMessageContaining("__metadata__ is not a JSON object");
    refused("{\"__metadata__\":{\"a\":{}}}", 0)
        .withMessageContaining("has a 'a' that is not a string");
    refused("{\"__metadata__\":{\"a\":1}}", 0)
        .withMessageContaining("has a 'a' that is not a string");
  }

  @Test
  void tensorThatIsNoObject() {
    refused("{\"w\":3}", 0).withMessageContaining("tensor 'w' has no dtype");
  }

  @Test
  void unknownDtype() {
    refused(tensor("F4", "[2]", "[0,1]"), 1)
        .withMessageContaining("w.safetensors, tensor 'w': Unknown tensor dtype 'F4'");
  }

  @Test
  void tensorWithoutShapeOrOffsets() {
    refused("{\"w\":{\"dtype\":\"U8\",\"data_offsets\":[0,3]}}", 3)
        .withMessageContaining("tensor 'w' has no shape");
    refused("{\"w\":{\"dtype\":\"U8\",\"shape\":[3]}}", 3)
        .withMessageContaining("tensor 'w' has no data_offsets");
  }

  @Test
  void numbersThatAreNoSizes() {
    refused(tensor("U8", "[-3]", "[0,3]"), 3)
        .withMessageContaining("tensor 'w' has -3 in its shape");
    refused(tensor("U8", "[3.0]", "[0,3]"), 3).withMessageContaining("has 3.0 in its shape");
    refused(tensor("U8", "[\"3\"]", "[0,3]"), 3).withMessageContaining("has \"3\" in its shape");
    refused(tensor("U8", "[3]", "[0,18446744073709551615]"), 3)
        .withMessageContaining("has 18446744073709551615 in its data_offsets");
    refused(tensor("U8", "[3]", "[0,9223372036854775807]"), 3)
        .withMessageContaining("has 9223372036854775807 in its data_offsets");
  }

  @Test
  void notTwoOffsets() {
    refused(tensor("U8", "[3]", "[0,1,3]"), 3)
        .withMessageContaining("tensor 'w' has 3 data_offsets instead of 2");
  }

  @Test
  void tensorThatEndsBeforeItBegins() {
    refused(tensor("U8", "[3]", "[3,0]"), 3)
        .withMessageContaining("tensor 'w' begins at 3, after its end at 0");
  }

  @Test
  void shapeWhoseProductOverflows() {
    refused(tensor("U8", "[4294967296,4294967296]", "[0,3]"), 3)
        .withMessageContaining("tensor 'w' has shape [4294967296, 4294967296], too large");
    refused(tensor("F64", "[2305843009213693952]", "[0,3]"), 3).withMessageContaining("too large");
  }

  @Test
  void bytesThatDoNotFitTheShape() {
    refused(tensor("F16", "[2,2]", "[0,6]"), 6)
        .withMessageContaining(
            "tensor 'w' of type F16 and shape [2, 2] needs 8 bytes, but its data_offsets hold 6");
  }

  @Test
  void holeBeforeATensor() {
    refused(tensor("U8", "[3]", "[2,5]"), 5)
        .withMessageContaining("2 bytes before tensor 'w' are unused");
  }

  @Test
  void overlap() {
    refused(two("[0,3]", "[2,5]"), 5)
        .withMessageContaining("tensor 'b' overlaps the one before by 1 bytes");
    refused(two("[0,3]", "[0,3]"), 3).withMessageContaining("overlaps the one before by 3 bytes");
  }

  @Test
  void truncatedDataNamesTheTensor() {
    refused(two("[0,3]", "[3,6]"), 5)
        .withMessageContaining("tensor 'b' ends at byte")
        .withMessageContaining("1 are missing");
  }

  @Test
  void bytesAfterTheLastTensor() {
    refused(two("[0,3]", "[3,6]"), 8)
        .withMessageContaining("2 bytes after the last tensor are unused");
  }

  @Test
  void tensorOfTwoGibibytesIsNotHandedOutAtOnce() throws IOException {
    long size = 1L << 31;
    String header = tensor("U8", "[" + size + "]", "[0," + size + "]");
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    try (SafetensorsFile file = SafetensorsFile.open(new LongFile(bytes, size))) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> file.bytes("w"))
          .withMessage(
              "huge: tensor 'w' is 2147483648 bytes long; its bytes can be had at once only below"
                  + " 2 GiB.");
    }
  }

  @Test
  void moreElementsThanAnArrayHolds() throws IOException {
    long size = 1L << 32;
    String header = tensor("F16", "[2,1073741824]", "[0," + size + "]");
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    try (SafetensorsFile file = SafetensorsFile.open(new LongFile(bytes, size))) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> file.floats("w"))
          .withMessageContaining("'w' has 2147483648 elements, more than one array can hold");
    }
  }

  /** Says that it has gigabytes behind its header, but only the header is there. */
  private record LongFile(List<Byte> header, long dataBytes) implements ByteSource {
    LongFile(byte[] header, long dataBytes) {
      this(box(header), dataBytes);
    }

    private static List<Byte> box(byte[] bytes) {
      Byte[] boxed = new Byte[bytes.length];
      Arrays.setAll(boxed, i -> bytes[i]);
      return List.of(boxed);
    }

    @Override
    public String name() {
      return "huge";
    }

    @Override
    public long size() {
      return Long.BYTES + header.size() + dataBytes;
    }

    @Override
    public ByteBuffer read(long position, int length) {
      ByteBuffer head = ByteBuffer.allocate(Long.BYTES + header.size());
      head.order(ByteOrder.LITTLE_ENDIAN).putLong(header.size());
      header.forEach(head::put);
      return head.slice((int) position, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {}
  }

  private static SafetensorsFile reference() throws IOException {
    return SafetensorsFile.open(new BytesInMemory(Resources.read("reference.safetensors").array()));
  }

  private static SafetensorsFile open(String header, int dataBytes) throws IOException {
    return SafetensorsFile.open(BytesInMemory.safetensors(header, dataBytes));
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(dtype, shape, offsets);
  }

  private static String two(String offsetsOfA, String offsetsOfB) {
    return ("{\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":%s},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":%s}}")
        .formatted(offsetsOfB, offsetsOfA);
  }

  private static ThrowableAssertAlternative<InputException> refused(String header, int dataBytes) {
    return assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> open(header, dataBytes))
        .withMessageContaining("w.safetensors");
  }

  private static ThrowableAssertAlternative<InputException> refused(byte[] file) {
    return assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> SafetensorsFile.open(new BytesInMemory(file)))
        .withMessageContaining("w.safetensors");
  }
}
