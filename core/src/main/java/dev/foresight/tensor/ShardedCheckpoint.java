package dev.foresight.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Several safetensors files with an index that says which tensor lies in which file. */
public final class ShardedCheckpoint implements Checkpoint {
  /** The index's file name in a Hugging Face folder. */
  public static final String INDEX = "model.safetensors.index.json";

  private final String location;
  private final Collection<SafetensorsFile> files;
  private final SortedMap<String, SafetensorsFile> fileOfTensor;

  /**
   * Opens every file that the folder's index names.
   *
   * @throws InputException if the index and the files do not say the same
   */
  public static ShardedCheckpoint open(ModelFolder folder) throws IOException {
    String index = folder.location() + "/" + INDEX;
    SortedMap<String, String> weightMap = weightMap(index, folder.text(INDEX));
    SortedMap<String, SafetensorsFile> files = new TreeMap<>();
    try {
      for (String name : weightMap.values()) {
        if (!files.containsKey(name)) {
          files.put(name, SafetensorsFile.open(folder.open(name)));
        }
      }
      checkAgreement(index, weightMap, files);
    } catch (IOException | RuntimeException e) {
      for (SafetensorsFile file : files.values()) {
        file.close();
      }
      throw e;
    }
    SortedMap<String, SafetensorsFile> fileOfTensor = new TreeMap<>();
    weightMap.forEach((tensor, name) -> fileOfTensor.put(tensor, files.get(name)));
    return new ShardedCheckpoint(folder.location(), files.values(), fileOfTensor);
  }

  private ShardedCheckpoint(
      String location,
      Collection<SafetensorsFile> files,
      SortedMap<String, SafetensorsFile> fileOfTensor) {
    this.location = location;
    this.files = files;
    this.fileOfTensor = fileOfTensor;
  }

  private static SortedMap<String, String> weightMap(String index, String text) {
    JsonNode node = StrictJson.object(index, text).path("weight_map");
    if (!node.isObject() || node.isEmpty()) {
      throw new InputException(Words.format("%s has no weight_map, or an empty one.", index));
    }
    SortedMap<String, String> map = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isTextual()) {
        throw new InputException(
            Words.format("%s: the file of '%s' is %s, not a name.", index, field.getKey(), field.getValue()));
      }
      map.put(field.getKey(), FileNames.requirePlain(index, field.getValue().textValue()));
    }
    return map;
  }

  private static void checkAgreement(
      String index, Map<String, String> weightMap, Map<String, SafetensorsFile> files) {
    weightMap.forEach(
        (tensor, name) -> {
          if (!files.get(name).contains(tensor)) {
            throw new InputException(
                Words.format("%s says that '%s' lies in %s, but it is not there. Fetch or write both again.", index, tensor, name));
          }
        });
    files.forEach(
        (name, file) -> {
          for (TensorInfo info : file.tensors()) {
            if (!name.equals(weightMap.get(info.name()))) {
              throw new InputException(
                  Words.format("%s holds '%s', which %s does not place there. Fetch or write both again.", name, info.name(), index));
            }
          }
        });
  }

  @Override
  public Collection<TensorInfo> tensors() {
    return fileOfTensor.entrySet().stream()
        .map(entry -> entry.getValue().info(entry.getKey()))
        .toList();
  }

  @Override
  public boolean contains(String name) {
    return fileOfTensor.containsKey(name);
  }

  @Override
  public TensorInfo info(String name) {
    return fileOf(name).info(name);
  }

  @Override
  public ByteBuffer bytes(String name) throws IOException {
    return fileOf(name).bytes(name);
  }

  @Override
  public float[] floats(String name) throws IOException {
    return fileOf(name).floats(name);
  }

  @Override
  public void close() throws IOException {
    for (SafetensorsFile file : files) {
      file.close();
    }
  }

  private SafetensorsFile fileOf(String name) {
    SafetensorsFile file = fileOfTensor.get(name);
    if (file == null) {
      throw TensorNames.missing(location, name, fileOfTensor.keySet());
    }
    return file;
  }
}
