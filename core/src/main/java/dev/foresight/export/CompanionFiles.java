package dev.foresight.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.model.ModelConfig;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.FileNames;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.ShardedCheckpoint;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What lies in the original folder beside its weights: all that a reader of the original would read
 * is taken over, byte for byte; all else is named.
 *
 * @param copied paths of the files to copy, sorted
 * @param left what is not copied, sorted: files, and sub-folders with {@code /} at their ends
 */
public record CompanionFiles(List<String> copied, List<String> left) {
  /** Written anew, or there only because Foresight wrote the original. */
  private static final Set<String> REPLACED =
      Set.of(
          ModelConfig.FILE,
          "README.md",
          Checkpoints.SINGLE_FILE,
          ShardedCheckpoint.INDEX,
          "report.json",
          "_SUCCESS");

  /** Files by which a sub-folder shows that it holds a tokenizer or a processor. */
  private static final Set<String> OF_TOKENIZERS =
      Set.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "tokenizer.model",
          "vocab.json",
          "vocab.txt",
          "preprocessor_config.json",
          "processor_config.json");

  private static final String TEMPLATES = "additional_chat_templates/";

  /** In which sentence-transformers says which sub-folders complete the model. */
  private static final String MODULES = "modules.json";

  public CompanionFiles {
    copied = List.copyOf(copied);
    left = List.copyOf(left);
  }

  /**
   * Looks at a whole folder, sub-folders too.
   *
   * @param config its config.json
   * @throws InputException if a file that would be copied is a link that leads out of the folder
   */
  public static CompanionFiles of(ModelFolder folder, ObjectNode config) throws IOException {
    Set<String> replaced = new TreeSet<>(REPLACED);
    replaced.addAll(shards(folder));
    Set<String> copied = new TreeSet<>();
    Set<String> left = new TreeSet<>();
    Map<String, List<String>> below = new TreeMap<>();
    for (String path : folder.tree()) {
      int slash = path.indexOf('/');
      if (slash >= 0) {
        below.computeIfAbsent(path.substring(0, slash + 1), top -> new ArrayList<>()).add(path);
      } else if (!replaced.contains(path)) {
        (isRead(folder, path) ? copied : left).add(path);
      }
    }
    Set<String> modules = modules(folder);
    boolean ownCode = config.has("auto_map");
    for (Map.Entry<String, List<String>> sub : below.entrySet()) {
      boolean whole = modules.contains(sub.getKey());
      boolean tokenizer = isTokenizers(sub.getKey(), sub.getValue());
      for (String path : sub.getValue()) {
        boolean taken = tokenizer || ownCode && path.endsWith(".py");
        if (!path.endsWith("/") && (whole || taken && isRead(folder, path))) {
          copied.add(path);
        } else {
          left.add(sub.getKey());
        }
      }
    }
    return new CompanionFiles(List.copyOf(copied), List.copyOf(left));
  }

  /** The weights files that an index names; the folder may have no index. */
  private static List<String> shards(ModelFolder folder) throws IOException {
    List<String> names = new ArrayList<>();
    List<String> files = folder.files();
    if (files.contains(ShardedCheckpoint.INDEX) && !files.contains(Checkpoints.SINGLE_FILE)) {
      String index = folder.location() + "/" + ShardedCheckpoint.INDEX;
      StrictJson.object(index, folder.text(ShardedCheckpoint.INDEX))
          .path("weight_map")
          .forEach(file -> names.add(file.asText()));
    }
    return names;
  }

  /** Whether readers would read it: no weights, nor anything as large. */
  private static boolean isRead(ModelFolder folder, String path) throws IOException {
    if (ForeignWeights.are(path) || path.endsWith(".index.json") || path.endsWith("/")) {
      return false;
    }
    try {
      FileNames.requireInside(folder.location(), path);
    } catch (InputException e) {
      return false; // a name that no output folder could have
    }
    try (ByteSource source = folder.openBelow(path)) {
      return source.size() <= ModelFolder.MAX_TEXT;
    }
  }

  private static boolean isTokenizers(String top, List<String> paths) {
    return top.equals(TEMPLATES)
        || paths.stream().noneMatch(ForeignWeights::are)
            && paths.stream().anyMatch(path -> OF_TOKENIZERS.contains(name(path)));
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static Set<String> modules(ModelFolder folder) throws IOException {
    Set<String> tops = new TreeSet<>();
    if (folder.files().contains(MODULES)) {
      String where = folder.location() + "/" + MODULES;
      JsonNode modules = StrictJson.object(where, "{\"m\":" + folder.text(MODULES) + "}").get("m");
      for (JsonNode module : modules) {
        String path = module.path("path").asText();
        if (!path.isEmpty()) {
          tops.add(path.substring(0, (path + "/").indexOf('/')) + "/");
        }
      }
    }
    return tops;
  }
}
