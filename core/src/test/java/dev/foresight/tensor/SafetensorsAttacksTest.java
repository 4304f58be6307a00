package dev.foresight.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;

/**
 * The bytes that the reference library's own tests attack it with (huggingface/safetensors,
 * safetensors/src/tensor.rs, named after its tests), and what this reader says to each; what the
 * library takes is taken. More ways to be wrong are in {@link SafetensorsFileTest}.
 */
class SafetensorsAttacksTest {
  private static final String TEST =
      "{\"test\":{\"dtype\":\"I32\",\"shape\":%s,\"data_offsets\":%s}}";

  @Test
  void jsonAttackOfManyTensorsInOnePlaceIsAnOverlap() {
    String tensors =
        IntStream.range(0, 10)
            .mapToObj(i -> "\"weight_%d\":%s".formatted(i, tensor("[2,2]", "[0,16]").substring(8)))
            .map(entry -> entry.substring(0, entry.length() - 1))
            .collect(Collectors.joining(","));
    refused("{" + tensors + "}", 16)
        .withMessageContaining("tensor 'weight_1' overlaps the one before by 16 bytes");
  }

  @Test
  void polyglotFileWithMoreBehindItsTensorsIsRefused() {
    refused(tensor("[2,2]", "[0,16]"), 16 + "extra_bogus_data_for_polyglot_file".length())
        .withMessageContaining("34 bytes after the last tensor are unused");
  }

  @Test
  void missingDataIsCounted() {
    refused(tensor("[2,2]", "[0,16]"), 14)
        .withMessageContaining("tensor 'test' ends at byte 84, but the file ends after 82");
  }

  @Test
  void headerTooLargeNamesTheLimit() {
    byte[] file = ("<\0\0\0\0___" + tensor("[2,2]", "[0,16]")).getBytes(StandardCharsets.UTF_8);
    for (int i = 5; i < 8; i++) {
      file[i] = (byte) 0xff;
    }
    refused(file)
        .withMessageContaining("header would be 18446742974197923900 bytes long, but 100000000 is");
  }

  @Test
  void headerLengthJustBeyondTheLimitIsRefusedAndTheLimitItselfIsMissing() {
    refused(new byte[] {1, (byte) 0xe1, (byte) 0xf5, 5, 0, 0, 0, 0})
        .withMessageContaining("header would be 100000001 bytes long");
    refused(new byte[] {0, (byte) 0xe1, (byte) 0xf5, 5, 0, 0, 0, 0})
        .withMessageContaining("100000000 are missing");
  }

  @Test
  void headerTooSmallIsAnEmptyFile() {
    refused(new byte[0]).withMessageContaining("it has 0 bytes, fewer than the length of a header");
  }

  @Test
  void invalidHeaderLengthIsOneThatTheFileLacks() {
    refused(new byte[] {'<', 0, 0, 0, 0, 0, 0, 0}).withMessageContaining("60 are missing");
  }

  @Test
  void headerThatIsNotUtf8IsRefusedAtItsStartAndLater() {
    refused(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff})
        .withMessageContaining("does not start with '{'");
    refused(new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xff})
        .withMessageContaining("its header is not UTF-8");
  }

  @Test
  void overlongAndSurrogateEncodingsAreNotUtf8() {
    refused(new byte[] {4, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xc0, (byte) 0xa2, '}'})
        .withMessageContaining("its header is not UTF-8");
    refused(new byte[] {5, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '}'})
        .withMessageContaining("its header is not UTF-8");
  }

  @Test
  void headerThatIsNotJsonIsRefused() {
    refused(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, '{'}).withMessageContaining("is not valid JSON");
  }

  @Test
  void headerPaddedWithAnyJsonWhiteSpaceIsRead() throws IOException {
    assertThat(open("{}\r \t\n", 0).tensors()).isEmpty();
  }

  @Test
  void headerThatBeginsWithWhiteSpaceIsRefused() {
    refused("\t\n{}\r ", 0).withMessageContaining("does not start with '{'");
  }

  @Test
  void emptyShapeIsAScalar() throws IOException {
    assertThat(open(tensor("[]", "[0,4]"), 4).info("test").elements()).isEqualTo(1);
  }

  @Test
  void zeroSizedTensorIsRead() throws IOException {
    SafetensorsFile file = open(tensor("[2,0]", "[0, 0]"), 0);
    assertThat(file.info("test").shape()).containsExactly(2L, 0L);
    assertThat(file.bytes("test").remaining()).isZero();
  }

  @Test
  void zeroSizedTensorFarOutsideIsAHole() {
    refused(tensor("[2,0]", "[7,7]"), 0).withMessageContaining("7 bytes before tensor 'test'");
  }

  @Test
  void invalidInfoIsAShapeThatItsOffsetsDoNotHold() {
    refused(tensor("[2,2]", "[0, 4]"), 4)
        .withMessageContaining("shape [2, 2] needs 16 bytes, but its data_offsets hold 4");
  }

  @Test
  void validationOverflowOfTheNumberOfElements() {
    refused(tensor("[2,18446744073709551614]", "[0,16]"), 16)
        .withMessageContaining("tensor 'test' has 18446744073709551614 in its shape");
    refused(tensor("[4611686018427387904,4611686018427387904]", "[0,16]"), 16)
        .withMessageContaining("too large for any file");
  }

  @Test
  void validationOverflowOfTheNumberOfBytes() {
    refused(tensor("[2,2305843009213693952]", "[0,16]"), 16)
        .withMessageContaining("too large for any file");
    refused(tensor("[2,9223372036854775807]", "[0,16]"), 16)
        .withMessageContaining("has 9223372036854775807 in its shape");
  }

  @Test
  void zeroDoesNotHideAnOverflowBeforeIt() {
    refused(tensor("[4611686018427387904,4611686018427387904,0]", "[0,0]"), 0)
        .withMessageContaining("too large for any file");
  }

  @Test
  void offsetsBeyondTheFileAreCounted() {
    refused(tensor("[1000000000]", "[0,4000000000]"), 16)
        .withMessageContaining("3999999984 are missing");
  }

  @Test
  void dtypeOfAnotherCaseOrTypeIsNamed() {
    refused(tensor("[1]", "[0,4]").replace("I32", "i32"), 4)
        .withMessageContaining("Unknown tensor dtype 'i32'");
    refused(tensor("[1]", "[0,4]").replace("\"I32\"", "32"), 4)
        .withMessageContaining("tensor 'test' has no dtype");
  }

  @Test
  void duplicateKeyInsideATensorIsRefused() {
    refused(tensor("[1]", "[0,4]").replace("\"shape\"", "\"shape\":[4],\"shape\""), 4)
        .withMessageContaining("Duplicate");
  }

  @Test
  void escapedDuplicateOfANameIsRefused() {
    String w = ":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    refused("{\"w\"" + w + ",\"\\u0077\"" + w + "}", 0).withMessageContaining("Duplicate");
  }

  @Test
  void nestingWithoutEndIsNoStackOverflow() {
    refused("{\"w\":" + "[".repeat(100_000), 0).withMessageContaining("is not valid JSON");
  }

  private static String tensor(String shape, String offsets) {
    return TEST.formatted(shape, offsets);
  }

  private static SafetensorsFile open(String header, int dataBytes) throws IOException {
    return SafetensorsFile.open(BytesInMemory.safetensors(header, dataBytes));
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
