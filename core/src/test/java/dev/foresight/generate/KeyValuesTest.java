package dev.foresight.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.foresight.InputException;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.GoldenModel;
import java.io.IOException;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** Golden Qwen3 has 2 heads of keys with 40 channels, Mistral 2 with 20, which are padded to 24. */
class KeyValuesTest {
  private static final int PLACES = 3;
  private static final int HEADS = 2;
  private static final int ROOM = 5;
  private static final int CHANNELS = 40;

  private static ModelConfig config(String name) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    return ModelConfig.parse(golden.folder().text("config.json"), name);
  }

  private static KeyValues cache() throws IOException {
    return new KeyValues(config("qwen3"), PLACES, ROOM);
  }

  private static FloatBuffer memory(OnnxTensor tensor) {
    return (FloatBuffer) tensor.getBufferRef().orElseThrow();
  }

  /** Numbers that say where they were written: from {@code first} on, one more each. */
  private static void count(OnnxTensor tensor, float first) {
    FloatBuffer all = memory(tensor);
    for (int i = 0; i < all.limit(); i++) {
      all.put(i, first + i);
    }
  }

  /** Where a channel of a token stands among all numbers of the cache. */
  private static int at(int place, int head, int token, int channel) {
    return ((place * HEADS + head) * ROOM + token) * CHANNELS + channel;
  }

  @Test
  void tensorsHaveTheShapeThatTheKernelWants() throws IOException, OrtException {
    try (OnnxTensor keys = cache().keys(1, 2);
        OnnxTensor values = cache().values(0, 3);
        OnnxTensor padded = new KeyValues(config("mistral"), 1, 7).keys(0, 1)) {
      assertThat(keys.getInfo().getShape()).containsExactly(2, HEADS, ROOM, CHANNELS);
      assertThat(values.getInfo().getShape()).containsExactly(3, HEADS, ROOM, CHANNELS);
      assertThat(padded.getInfo().getShape()).containsExactly(1, 2, 7, 24);
    }
  }

  @Test
  void whatIsWrittenThroughATensorIsReadThroughTheNext() throws IOException, OrtException {
    KeyValues cache = cache();
    try (OnnxTensor all = cache.keys(0, PLACES);
        OnnxTensor last = cache.keys(2, 1)) {
      count(all, 0);
      assertThat(memory(last).get(0)).isEqualTo(at(2, 0, 0, 0));
      memory(last).put(at(0, 1, 3, 7), -1);
      assertThat(memory(all).get(at(2, 1, 3, 7))).isEqualTo(-1);
    }
  }

  @Test
  void keysAndValuesAreApart() throws IOException, OrtException {
    KeyValues cache = cache();
    try (OnnxTensor keys = cache.keys(0, PLACES);
        OnnxTensor values = cache.values(0, PLACES)) {
      count(keys, 1);
      for (int i = 0; i < memory(values).limit(); i++) {
        assertThat(memory(values).get(i)).isZero();
      }
    }
  }

  @Test
  void copyMovesTheFirstTokensOfEachHeadAndNothingElse() throws IOException, OrtException {
    KeyValues cache = cache();
    try (OnnxTensor keys = cache.keys(0, PLACES);
        OnnxTensor values = cache.values(0, PLACES)) {
      count(keys, 0);
      count(values, 5000);
      cache.copy(0, 2, 3);
      for (int place = 0; place < PLACES; place++) {
        for (int head = 0; head < HEADS; head++) {
          for (int token = 0; token < ROOM; token++) {
            int from = place == 2 && token < 3 ? 0 : place;
            for (int channel : new int[] {0, 17, CHANNELS - 1}) {
              int here = at(place, head, token, channel);
              int there = at(from, head, token, channel);
              assertThat(memory(keys).get(here)).isEqualTo(there);
              assertThat(memory(values).get(here)).isEqualTo(5000 + there);
            }
          }
        }
      }
    }
  }

  @Test
  void copyGoesToALowerPlaceToo() throws IOException, OrtException {
    KeyValues cache = cache();
    try (OnnxTensor keys = cache.keys(0, PLACES)) {
      count(keys, 0);
      cache.copy(2, 0, ROOM);
      assertThat(memory(keys).get(at(0, 1, 4, 39))).isEqualTo(at(2, 1, 4, 39));
      assertThat(memory(keys).get(at(1, 0, 0, 0))).isEqualTo(at(1, 0, 0, 0));
    }
  }

  /** 2 of keys and values · 4 bytes · 2 blocks · 3 places · 2 heads · 10 tokens · 40 channels. */
  @Test
  void bytesAreThoseOfAllBlocks() throws IOException {
    assertThat(KeyValues.bytes(config("qwen3"), 3, 10)).isEqualTo(38_400);
    assertThat(KeyValues.bytes(config("mistral"), 3, 10)).isEqualTo(23_040); // 24 channels
  }

  @Test
  void bytesOfManySequencesDoNotOverflow() throws IOException {
    assertThat(KeyValues.bytes(config("qwen3"), 1_000_000_000, 64))
        .isEqualTo(81_920L * 1_000_000_000);
  }

  /** 2²⁰ places · 2 heads · 64 tokens · 40 channels · 4 bytes = 20 · 2³⁰ bytes. */
  @Test
  void cacheOfABlockThatNoBufferHoldsIsRefused() throws IOException {
    ModelConfig config = config("qwen3");
    assertThatThrownBy(() -> new KeyValues(config, 1 << 20, 64))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Keys of 1048576 sequences of up to 64 tokens take 20480 MB a block, more than one buffer holds: generate fewer tokens, or fewer at once (--batch).");
  }
}
