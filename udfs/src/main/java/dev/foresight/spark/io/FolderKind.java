package dev.foresight.spark.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Statistic;
import java.io.CharConversionException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A kind of folder that Foresight writes: what it is known by, and every name that can be in it, so
 * that nothing is ever removed that Foresight did not write.
 */
public enum FolderKind {
  /** What {@code quantize} writes. Copied files have any names: report and plan list them. */
  MODEL(
      "model folder",
      "report.json",
      "report\\.json|README\\.md|_SUCCESS|foresight/run\\.json"
          + "|foresight/(importance|quantization)/TABLE"
          + "|_temporary/(plan\\.json|block-\\d{5,}\\.json|names/HASH|UUID-.*)",
      List.of("report.json", "config.json", "foresight/run.json")),
  /** A sketch store. */
  STORE(
      "sketch store",
      "manifest.json",
      "manifest\\.json|report\\.json|run\\.json|_SUCCESS|commits/\\d{6,}-HASH\\.json"
          + "|(sequences|STATISTIC)/[^/]+\\.HASH\\.parquet"
          + "|_temporary/(runs/UUID|slices/HASH/[^/]+\\.json|UUID-.*)",
      List.of(
          "manifest.json",
          "report.json",
          "run.json",
          "commits/000001-0123456789abcdef.json",
          "sequences/s.0123456789abcdef.parquet",
          "sums/s.00000.0123456789abcdef.parquet",
          "rows/s.00000.0123456789abcdef.parquet")),
  /** A study, and the work folder of {@code presearch}. */
  STUDY(
      "study",
      FolderKind.MARK,
      "foresight\\.json|study\\.json|report\\.html|run\\.json|_SUCCESS"
          + "|cells/[0-9a-f]{32}\\.json"
          + "|tables/(cells|windows|statistics|comparisons|budgets|distances|profiles)/TABLE"
          + "|_temporary/((variants|states)/.+|UUID-.*)",
      List.of("foresight.json", "study.json", "report.html", "run.json", "cells/0.json")),
  /** What {@code export-blocks} writes. */
  BLOCKS(
      "folder of blocks",
      FolderKind.MARK,
      "foresight\\.json|block-\\d{5,}\\.(onnx|weights)|example\\.safetensors|_SUCCESS"
          + "|_temporary/UUID-.*",
      List.of("foresight.json", "block-00000.onnx", "block-00000.weights", "example.safetensors")),
  /** What {@code generate} writes. */
  TEXT(
      "folder of generated text",
      FolderKind.MARK,
      "foresight\\.json|text/part-\\d{5,}\\.jsonl|report\\.json|_SUCCESS|candidates/TABLE"
          + "|_temporary/(plan\\.json|candidates/part-\\d{5,}\\.jsonl|UUID-.*)",
      List.of("foresight.json", "text/part-00000.jsonl", "report.json"));

  /** The mark of folders that have no report or manifest from the first on. */
  static final String MARK = "foresight.json";

  private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Pattern UNFINISHED = Pattern.compile("_temporary(/" + UUID + "-.*)?");
  private static final Pattern OF_VERSION_1 =
      Pattern.compile("(sums|rows)/[^/]+\\.\\d{5,}\\.parquet|sequences/[^/]+\\.parquet");
  private static final long LARGEST_MARK = 256L << 20;

  private final String words;
  private final String mark;
  private final Pattern names;
  private final List<String> examples;

  FolderKind(String words, String mark, String names, List<String> examples) {
    this.words = words;
    this.mark = mark;
    this.names =
        Pattern.compile(
            names
                .replace("TABLE", "(part-\\d{5}-[^/]+\\.parquet|_SUCCESS|_temporary/.*)")
                .replace("STATISTIC", statistics())
                .replace("UUID", UUID)
                .replace("HASH", "[0-9a-f]{16}"));
    this.examples = examples;
  }

  /** Folders of a store, one a statistic. */
  private static String statistics() {
    return Statistics.all().stream().map(Statistic::name).collect(Collectors.joining("|"));
  }

  /** What messages call it. */
  String words() {
    return words;
  }

  /** File that a folder of this kind is known by. */
  String mark() {
    return mark;
  }

  /** Names of some of its files. */
  List<String> examples() {
    return examples;
  }

  /** The mark's text, for kinds whose first file is not a mark by itself. */
  JsonNode markText() {
    return Json.MAPPER.createObjectNode().put("writer", "foresight").put("kind", name());
  }

  /** Whether a folder says that Foresight wrote it, as this kind. */
  boolean wrote(Path folder, Configuration conf) throws IOException {
    JsonNode found = json(folder, mark, conf);
    return switch (this) {
      case MODEL ->
          ours(found) && found.path("files").isObject()
              || ours(json(folder, UnfinishedOutput.PLAN, conf));
      case STORE ->
          found.path("version").isInt()
              && found.path("packing").isObject()
              && found.path("sketch").isObject();
      case STUDY -> isMarked(found) || ours(json(folder, "study.json", conf));
      case BLOCKS, TEXT -> isMarked(found);
    };
  }

  private boolean isMarked(JsonNode found) {
    return ours(found) && found.path("kind").asText().equals(name());
  }

  private static boolean ours(JsonNode found) {
    return found.path("writer").asText().equals("foresight");
  }

  /** Which names in a folder of this kind are those of files that Foresight wrote. */
  Predicate<String> written(Path folder, Configuration conf) throws IOException {
    JsonNode found = json(folder, mark, conf);
    if (this == STORE && found.path("version").asInt() == 1) {
      return name -> names(name) || OF_VERSION_1.matcher(name).matches();
    }
    Set<String> listed = new HashSet<>();
    if (this == MODEL) {
      found.path("files").fieldNames().forEachRemaining(listed::add);
      listed.addAll(new UnfinishedOutput(folder.toString()).announced(conf));
    }
    return name -> names(name) || listed.contains(name);
  }

  /** Whether a name is that of a file which a run was writing when it was killed. */
  static boolean isUnfinished(String name) {
    return UNFINISHED.matcher(name).matches();
  }

  /** Whether a file of a folder of this kind may have a name, whatever the folder lists. */
  public boolean names(String name) {
    return names.matcher(name).matches();
  }

  private static JsonNode json(Path folder, String name, Configuration conf) throws IOException {
    Path file = new Path(folder, name);
    FileSystem fileSystem = file.getFileSystem(conf);
    try {
      FileStatus status = fileSystem.getFileStatus(file);
      if (status.isFile() && status.getLen() <= LARGEST_MARK) {
        try (var in = fileSystem.open(file)) {
          return Json.MAPPER.readTree(in.readAllBytes());
        }
      }
    } catch (FileNotFoundException | JsonProcessingException | CharConversionException e) {
      return Json.MAPPER.missingNode(); // none, or somebody else's
    }
    return Json.MAPPER.missingNode();
  }
}
