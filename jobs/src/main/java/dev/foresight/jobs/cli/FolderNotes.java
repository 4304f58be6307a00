package dev.foresight.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a user should know of a model folder that is quantized as it is. */
public final class FolderNotes {
  private static final String ADAPTER = "/adapter_config.json";

  private FolderNotes() {}

  /** A sentence each: code of the model's own, adapters in sub-folders. */
  public static List<String> of(ModelFolder folder, ObjectNode config) throws IOException {
    List<String> notes = new ArrayList<>();
    for (Map.Entry<String, JsonNode> name : config.path("auto_map").properties()) {
      if (name.getKey().startsWith("AutoModel")) {
        notes.add(
            Words.format(
                "config.json names code of the model's own (%s), which is copied and never run: what counts here is the %s that transformers has built in. If that code computes otherwise, don't load this folder with trust_remote_code.",
                name.getValue().asText(), config.path("model_type").asText()));
        break;
      }
    }
    for (String path : folder.tree()) {
      if (path.endsWith(ADAPTER)) {
        notes.add(
            Words.format(
                "%s holds an adapter, which is no part of what was quantized: if it is meant, merge it first.",
                path.substring(0, path.length() - ADAPTER.length() + 1)));
      }
    }
    return notes;
  }
}
