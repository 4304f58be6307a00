package dev.foresight.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the head of a safetensors file says, proved right against the length of the file: every
 * tensor's bytes lie inside it, fit its shape, and together the tensors tile the data without a
 * hole or an overlap. See the README of huggingface/safetensors.
 *
 * @param entries by name, sorted
 */
record SafetensorsHeader(SortedMap<String, Entry> entries) {
  static final int LENGTH_BYTES = 8;
  static final long MAX_LENGTH = 100_000_000;
  static final String METADATA = "__metadata__";

  SafetensorsHeader {
    entries = Collections.unmodifiableSortedMap(entries);
  }

  /**
   * One tensor and where its bytes start.
   *
   * @param info name, type, shape
   * @param position of its first byte, from the start of the file
   */
  record Entry(TensorInfo info, long position) {}

  /**
   * @throws InputException if anything in it is wrong; the message names the file and the tensor
   */
  static SafetensorsHeader read(ByteSource file) throws IOException {
    if (file.size() < LENGTH_BYTES) {
      throw wrong(file, "it has %d bytes, fewer than the length of a header", file.size());
    }
    long length = file.read(0, LENGTH_BYTES).getLong();
    if (length < 0 || length > MAX_LENGTH) {
      throw wrong(
          file,
          "its header would be %s bytes long, but %d is the limit",
          Long.toUnsignedString(length),
          MAX_LENGTH);
    }
    long dataStart = LENGTH_BYTES + length;
    if (dataStart > file.size()) {
      throw wrong(
          file,
          "its header needs %d bytes, but the file ends after %d: %d are missing",
          dataStart,
          file.size(),
          dataStart - file.size());
    }
    ObjectNode json = json(file, file.read(LENGTH_BYTES, (int) length));
    checkMetadata(file, json.get(METADATA));
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!field.getKey().equals(METADATA)) {
        entries.add(entry(file, field.getKey(), field.getValue(), dataStart));
      }
    }
    checkTiling(file, entries, dataStart);
    SortedMap<String, Entry> byName = new TreeMap<>();
    entries.forEach(entry -> byName.put(entry.info().name(), entry));
    return new SafetensorsHeader(byName);
  }

  private static ObjectNode json(ByteSource file, ByteBuffer bytes) {
    if (!bytes.hasRemaining() || bytes.get(bytes.position()) != '{') {
      throw wrong(file, "its header does not start with '{'");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw wrong(file, "its header is not UTF-8");
    }
    return StrictJson.object("The header of " + file.name(), text);
  }

  private static void checkMetadata(ByteSource file, JsonNode metadata) {
    if (metadata == null) {
      return;
    }
    if (!metadata.isObject()) {
      throw wrong(file, "its %s is not a JSON object", METADATA);
    }
    for (Map.Entry<String, JsonNode> field : metadata.properties()) {
      if (!field.getValue().isTextual()) {
        throw wrong(file, "its %s has a '%s' that is not a string", METADATA, field.getKey());
      }
    }
  }

  private static Entry entry(ByteSource file, String name, JsonNode node, long dataStart) {
    JsonNode dtype = node.path("dtype");
    if (!dtype.isTextual()) {
      throw wrong(file, "tensor '%s' has no dtype", name);
    }
    List<Long> shape = naturals(file, name, node, "shape");
    List<Long> offsets = naturals(file, name, node, "data_offsets");
    if (offsets.size() != 2) {
      throw wrong(file, "tensor '%s' has %d data_offsets instead of 2", name, offsets.size());
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin > end) {
      throw wrong(file, "tensor '%s' begins at %d, after its end at %d", name, begin, end);
    }
    TensorInfo info = new TensorInfo(name, dtype(file, name, dtype.textValue()), shape);
    long bytes;
    try {
      bytes = info.bytes();
    } catch (ArithmeticException e) {
      throw wrong(file, "tensor '%s' has shape %s, too large for any file", name, shape);
    }
    if (end - begin != bytes) {
      throw wrong(
          file,
          "tensor '%s' of type %s and shape %s needs %d bytes, but its data_offsets hold %d",
          name,
          info.dtype(),
          shape,
          bytes,
          end - begin);
    }
    return new Entry(info, dataStart + begin);
  }

  private static DType dtype(ByteSource file, String name, String dtype) {
    try {
      return DType.parse(dtype);
    } catch (InputException e) {
      throw new InputException(
          Words.format("%s, tensor '%s': %s", file.name(), name, e.getMessage()), e);
    }
  }

  private static List<Long> naturals(ByteSource file, String name, JsonNode node, String field) {
    JsonNode array = node.path(field);
    if (!array.isArray()) {
      throw wrong(file, "tensor '%s' has no %s", name, field);
    }
    List<Long> numbers = new ArrayList<>();
    for (JsonNode number : array) {
      // the largest offset leaves room for the header, so that no sum below overflows
      if (!number.canConvertToLong()
          || !number.isIntegralNumber()
          || number.longValue() < 0
          || number.longValue() > Long.MAX_VALUE - LENGTH_BYTES - MAX_LENGTH) {
        throw wrong(file, "tensor '%s' has %s in its %s", name, number, field);
      }
      numbers.add(number.longValue());
    }
    return numbers;
  }

  private static void checkTiling(ByteSource file, List<Entry> entries, long dataStart) {
    List<Entry> ordered = new ArrayList<>(entries);
    // an empty tensor may share its place with the next one
    ordered.sort(
        Comparator.comparingLong(Entry::position).thenComparingLong(entry -> entry.info().bytes()));
    long end = dataStart;
    for (Entry entry : ordered) {
      String name = entry.info().name();
      if (entry.position() > end) {
        throw wrong(file, "%d bytes before tensor '%s' are unused", entry.position() - end, name);
      }
      if (entry.position() < end) {
        throw wrong(
            file, "tensor '%s' overlaps the one before by %d bytes", name, end - entry.position());
      }
      end += entry.info().bytes();
      if (end > file.size()) {
        throw wrong(
            file,
            "tensor '%s' ends at byte %d, but the file ends after %d: %d are missing",
            name,
            end,
            file.size(),
            end - file.size());
      }
    }
    if (end < file.size()) {
      throw wrong(file, "%d bytes after the last tensor are unused", file.size() - end);
    }
  }

  @FormatMethod
  private static InputException wrong(
      ByteSource file, @FormatString String what, Object... values) {
    return new InputException(
        Words.format("%s is no safetensors file that can be trusted: %s. Fetch or write it again.", file.name(), Words.format(what, values)));
  }
}
