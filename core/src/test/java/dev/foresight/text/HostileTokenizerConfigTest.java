package dev.foresight.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.hostile.HostileCases;
import dev.foresight.hostile.HostileCases.Case;
import dev.foresight.hostile.MemoryFolder;
import dev.foresight.tensor.StrictJson;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** tokenizer_config.json, spoilt by the thousand. */
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileTokenizerConfigTest {
  @Test
  void spoiltTokenizerConfigIsReadOrRefused() {
    ObjectNode config =
        StrictJson.object(
            "config",
            """
            {"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>",
             "pad_token": null, "model_max_length": 1000000000000000019884624838656,
             "added_tokens_decoder": {"0": {"content": "<unk>", "special": true}},
             "chat_template": [{"name": "default", "template": "{{ messages[0].content }}"}]}""");
    byte[] text = config.toString().getBytes(UTF_8);
    HostileCases.run(
        "tokenizer_config.json",
        spoiler -> {
          byte[] spoilt = spoiler.pick(4) == 0 ? spoiler.bytes(text) : spoiler.json(config);
          MemoryFolder folder = MemoryFolder.of("tokenizer_config.json", spoilt);
          return new Case(
              spoilt.length,
              () -> {
                TokenizerConfig.of(folder).token("bos_token");
                TokenizerConfig.of(folder).token("eos_token");
                ChatTemplate.of(folder);
              });
        });
  }
}
