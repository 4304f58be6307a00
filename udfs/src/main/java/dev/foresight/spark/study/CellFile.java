package dev.foresight.spark.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Hashing;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.Json;
import dev.foresight.study.CellScores;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Where the scores of a finished cell lie. The name is a hash of all that decides them, which also
 * stands in the file, so that scores of other settings, sketches or text are never taken for these.
 *
 * @param folder of the study
 * @param identity JSON of model, settings, sketches, text and windows
 */
public record CellFile(String folder, String identity) implements Serializable {
  private static final String CELLS = "cells";
  private static final int NAME = 32; // hexadecimal digits

  /** Relative to the folder. */
  String name() {
    String hash = Hashing.sha256Hex(identity.getBytes(StandardCharsets.UTF_8));
    return CELLS + "/" + hash.substring(0, NAME) + ".json";
  }

  /** The scores, if the cell is finished; a damaged file counts as none and is written again. */
  public Optional<CellScores> read(Configuration conf) throws IOException {
    Path file = new Path(folder, name());
    try (var in = file.getFileSystem(conf).open(file)) {
      JsonNode cell = Json.MAPPER.readTree(in.readAllBytes());
      return cell.path("identity").equals(Json.MAPPER.readTree(identity))
          ? Optional.of(Json.MAPPER.treeToValue(cell.required("scores"), CellScores.class))
          : Optional.empty();
    } catch (FileNotFoundException | JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Keeps the scores, whole or not at all. */
  void write(CellScores scores, Configuration conf) throws IOException {
    ObjectNode cell = Json.MAPPER.createObjectNode();
    cell.set("identity", Json.MAPPER.readTree(identity));
    cell.set("scores", Json.MAPPER.<JsonNode>valueToTree(scores));
    AtomicFiles.writeText(
        conf,
        new Path(folder),
        name(),
        Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(cell) + "\n");
  }
}
