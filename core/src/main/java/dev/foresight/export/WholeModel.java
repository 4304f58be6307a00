package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.ModelConfig;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.ShardedCheckpoint;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses folders whose safetensors are not the whole model: an adapter lies beside them or alone,
 * another file says that they are quantized, or there are weights in other formats only.
 */
public final class WholeModel {
  private static final String ADAPTER = "adapter_config.json";

  /** Adapters that are prompts, not changes of weights. */
  private static final Set<String> PROMPTS =
      Set.of(
          "PREFIX_TUNING",
          "PROMPT_TUNING",
          "P_TUNING",
          "MULTITASK_PROMPT_TUNING",
          "CPT",
          "ADAPTION_PROMPT");

  /** Where tools of before quantization_config, or beside it, say how weights are quantized. */
  private static final List<String> QUANTIZATION =
      List.of("hf_quant_config.json", "quantize_config.json", "quant_config.json");

  private WholeModel() {}

  /**
   * @throws InputException saying what the folder holds and what to do
   */
  public static void require(ModelFolder folder) throws IOException {
    List<String> files = folder.files();
    for (String file : files) {
      if (isAdapter(file)) {
        throw adapter(folder, files.contains(ADAPTER) ? ADAPTER : file);
      }
    }
    requireSafetensors(folder.location(), files);
    if (files.contains(ModelConfig.FILE)) {
      for (String file : QUANTIZATION) {
        if (files.contains(file)) {
          requireSaidInConfig(folder, file);
        }
      }
    }
  }

  static boolean isAdapter(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return name.equals(ADAPTER)
        || name.startsWith("adapter_model.")
        || name.contains("lora") && ForeignWeights.are(name);
  }

  private static InputException adapter(ModelFolder folder, String file) throws IOException {
    ObjectNode config =
        file.equals(ADAPTER)
            ? StrictJson.object(folder.location() + "/" + file, folder.text(file))
            : StrictJson.object("", "{}");
    String type = config.path("peft_type").asText("");
    String what = type.isEmpty() ? file : Words.format("%s, %s", file, type);
    return new InputException(
        PROMPTS.contains(type)
            ? Words.format(
                "%s holds an adapter (%s), which can't be merged into weights, so it would be lost. Name a folder with the base model alone.",
                folder.location(), what)
            : Words.format(
                "%s holds an adapter (%s), which the base weights alone don't have. Merge it first, with peft: AutoPeftModelForCausalLM.from_pretrained(folder).merge_and_unload().save_pretrained(merged), and name that folder; or take the adapter's files away to use the base alone.",
                folder.location(), what));
  }

  private static void requireSafetensors(String location, List<String> files) {
    boolean there = files.contains("model.safetensors") || files.contains(ShardedCheckpoint.INDEX);
    List<String> others = files.stream().filter(ForeignWeights::are).toList();
    if (!there && !others.isEmpty()) {
      throw new InputException(
          Words.format(
              "%s has neither model.safetensors nor %s, but weights in other formats (%s). Convert the weights to safetensors: AutoModelForCausalLM.from_pretrained(folder).save_pretrained(converted), and name that folder.",
              location, ShardedCheckpoint.INDEX, ForeignWeights.some(others)));
    }
  }

  private static void requireSaidInConfig(ModelFolder folder, String file) throws IOException {
    String config = folder.location() + "/" + ModelConfig.FILE;
    if (!StrictJson.object(config, folder.text(ModelConfig.FILE))
        .hasNonNull(WrittenConfig.QUANTIZATION)) {
      throw new InputException(
          Words.format(
              "%s has a %s, which says that the weights are quantized, and config.json does not. Name the folder with the original weights; or, if these are float, remove that file.",
              folder.location(), file));
    }
  }
}
