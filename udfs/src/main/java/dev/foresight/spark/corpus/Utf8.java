package dev.foresight.spark.corpus;

import dev.foresight.Words;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 to the letter: a byte that does not belong is named, never replaced. */
final class Utf8 {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private Utf8() {}

  /**
   * The text of bytes, without a byte order mark.
   *
   * @throws DocumentException with the line, counted from 1, of the first byte that is no UTF-8
   */
  static String decode(byte[] bytes) throws DocumentException {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    if (decoder.decode(in, out, true).isError()) {
      throw notUtf8(bytes, in.position());
    }
    String text = out.flip().toString();
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }

  private static DocumentException notUtf8(byte[] bytes, int at) {
    int line = 1;
    for (int i = 0; i < at; i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    return new DocumentException(
        Words.format("the byte 0x%02X is not UTF-8: convert the text, for example by iconv", bytes[at]),
        line);
  }

  /**
   * @throws DocumentException if half a surrogate pair stands alone, which UTF-8 can't hold
   */
  static void requireWhole(String text) throws DocumentException {
    try {
      StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new DocumentException("the text holds half a surrogate pair (\\ud800 to \\udfff)", 1);
    }
  }
}
