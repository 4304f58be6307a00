package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.SafetensorsHeader.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;

/**
 * Refuses NaN and infinity in any float tensor of a safetensors file, whoever reads it: in a head,
 * a norm or a bias they would show far from where they are, or only at the reader's.
 */
public final class FiniteCheck {
  private static final int CHUNK = 8 << 20; // bytes

  private FiniteCheck() {}

  /** Takes what is read of a file, piece by piece in order. */
  @FunctionalInterface
  public interface Reader {
    /**
     * @param bytes the next piece; may be used up
     */
    void accept(ByteBuffer bytes);
  }

  /**
   * Reads a whole file once, for the check and for another reader.
   *
   * @throws InputException if its header is wrong, or naming the file, the tensor, the first
   *     element that is not finite and how many there are
   */
  public static void read(ByteSource file, Reader other) throws IOException {
    read(file, other, CHUNK);
  }

  static void read(ByteSource file, Reader other, int chunk) throws IOException {
    List<Entry> tensors =
        SafetensorsHeader.read(file).entries().values().stream()
            .filter(entry -> FloatBits.of(entry.info().dtype()) != null)
            .sorted(Comparator.comparingLong(Entry::position))
            .toList();
    int next = 0;
    for (long at = 0; at < file.size(); at += chunk) {
      ByteBuffer bytes = file.read(at, (int) Math.min(chunk, file.size() - at));
      long end = at + bytes.remaining();
      while (next < tensors.size() && tensors.get(next).position() < end) {
        Entry tensor = tensors.get(next);
        if (!finite(file, tensor, at, bytes)) {
          throw refusal(file, tensor);
        }
        if (tensor.position() + tensor.info().bytes() > end) {
          break; // goes on in the next piece
        }
        next++;
      }
      other.accept(bytes);
    }
  }

  /** Whether the elements of a tensor that begin in a piece of the file are finite. */
  private static boolean finite(ByteSource file, Entry tensor, long at, ByteBuffer piece)
      throws IOException {
    FloatBits bits = FloatBits.of(tensor.info().dtype());
    int width = tensor.info().dtype().bytes();
    long start = tensor.position();
    long stop = Math.min(start + tensor.info().bytes(), at + piece.remaining());
    long from = start + (Math.max(0, at - start) + width - 1) / width * width;
    long to = start + Math.max(0, stop - start) / width * width;
    if (from < to
        && !bits.allFinite(piece.slice(piece.position() + (int) (from - at), (int) (to - from)))) {
      return false;
    }
    // of tensors that writers did not align, an element may lie in two pieces
    return to >= stop || to < at || bits.allFinite(file.read(to, width));
  }

  /**
   * Checks bytes of a tensor that were read for another purpose.
   *
   * @param bytes whole elements; its position is left as it was
   * @throws InputException as {@link #read} does
   */
  static void require(ByteSource file, Entry tensor, ByteBuffer bytes) throws IOException {
    FloatBits bits = FloatBits.of(tensor.info().dtype());
    if (bits != null && !bits.allFinite(bytes)) {
      throw refusal(file, tensor);
    }
  }

  /** Reads the tensor again to say where and how many; only one that is refused pays for it. */
  private static InputException refusal(ByteSource file, Entry tensor) throws IOException {
    FloatBits bits = FloatBits.of(tensor.info().dtype());
    int width = tensor.info().dtype().bytes();
    long first = -1;
    long count = 0;
    String value = "";
    for (long at = 0; at < tensor.info().bytes(); at += CHUNK) {
      int length = (int) Math.min(CHUNK, tensor.info().bytes() - at);
      ByteBuffer bytes =
          file.read(tensor.position() + at, length).slice().order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < length; i += width) {
        long element = bits.element(bytes, i);
        if (!bits.isFinite(element)) {
          if (count++ == 0) {
            first = (at + i) / width;
            value = bits.name(element);
          }
        }
      }
    }
    return new InputException(
        Words.format(
            "%s: element %d of %s is %s%s. Fetch or write the weights again.",
            file.name(),
            first,
            tensor.info().name(),
            value,
            count == 1
                ? ""
                : Words.format(
                    ", the first of %d that are not finite, of %d",
                    count, tensor.info().elements())));
  }
}
