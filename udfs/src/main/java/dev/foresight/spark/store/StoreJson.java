package dev.foresight.spark.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.Json;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Reads the JSON files of a store, which may be damaged or somebody else's. */
final class StoreJson {
  private static final int MAX_BYTES = 256 << 20; // about a million slices in one commit

  private StoreJson() {}

  /**
   * All bytes of a file.
   *
   * @throws InputException if it is longer than any file of a store
   */
  static byte[] bytes(Configuration conf, Path path) throws IOException {
    FileSystem fileSystem = path.getFileSystem(conf);
    FileStatus status = fileSystem.getFileStatus(path);
    if (status.getLen() > MAX_BYTES) {
      throw new InputException(
          Words.format(
              "%s has %,d bytes, more than any file of a store: name the folder of a sketch store.",
              path, status.getLen()));
    }
    try (var in = fileSystem.open(path)) {
      return in.readAllBytes();
    }
  }

  /**
   * @param what what messages call the text
   * @throws InputException if it is not one JSON object in UTF-8
   */
  static JsonNode object(String what, byte[] text) {
    try {
      return StrictJson.object(
          what, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString());
    } catch (CharacterCodingException e) {
      throw new InputException(Words.format("%s is damaged: it is not UTF-8 text.", what), e);
    }
  }

  /**
   * @throws JsonProcessingException if the object lacks a part, or has one that can't be
   */
  static <T> T value(JsonNode object, Class<T> type) throws JsonProcessingException {
    return Json.MAPPER.treeToValue(object, type);
  }
}
