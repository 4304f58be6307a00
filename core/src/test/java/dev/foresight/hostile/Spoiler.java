package dev.foresight.hostile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.tensor.StrictJson;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Ways to spoil good input, all decided by one seed: the same case is the same bytes again. */
public final class Spoiler {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static final long[] SIZES = {
    0,
    1,
    2,
    3,
    7,
    8,
    31,
    33,
    127,
    255,
    256,
    65_535,
    65_536,
    100_000_000,
    100_000_001,
    Integer.MAX_VALUE,
    1L << 31,
    1L << 32,
    1L << 40,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    -1,
    Integer.MIN_VALUE,
    Long.MIN_VALUE
  };

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          ".",
          "..",
          "../x",
          "/x",
          "a/b",
          "a\\b",
          "a:b",
          "x\u0000",
          "\ud800",
          "\n",
          "re:(a+)+$",
          "re:(",
          "F32",
          "I32",
          "F64",
          "BF16",
          "null",
          "true",
          "NaN",
          "Linear",
          "gemma3",
          "llama",
          "phi3",
          "yarn",
          "longrope",
          "x".repeat(300),
          "é\u2028\u202e");

  private final SplittableRandom random;

  Spoiler(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** One of {@code n} ways. */
  public int pick(int n) {
    return random.nextInt(n);
  }

  /** One of some values. */
  public <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  /** A number that sizes, offsets and counts go wrong at. */
  public long size() {
    return SIZES[random.nextInt(SIZES.length)];
  }

  /** A text that names, paths and patterns go wrong at. */
  public String text() {
    return pick(TEXTS);
  }

  /** Bytes that are nothing in particular. */
  public byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Bits flipped, the end cut off, parts repeated, taken from elsewhere or made numbers. */
  public byte[] bytes(byte[] good) {
    byte[] spoilt = good.clone();
    for (int times = 1 + random.nextInt(3); times > 0 && spoilt.length > 0; times--) {
      spoilt = once(spoilt);
    }
    return spoilt;
  }

  private byte[] once(byte[] good) {
    int at = random.nextInt(good.length);
    int length = Math.min(good.length - at, 1 + random.nextInt(24));
    switch (random.nextInt(7)) {
      case 0 -> good[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        return Arrays.copyOf(good, at);
      }
      case 2 -> System.arraycopy(good, random.nextInt(good.length - length + 1), good, at, length);
      case 3 -> System.arraycopy(noise(length), 0, good, at, length);
      case 4 -> {
        byte[] longer = Arrays.copyOf(good, good.length + length);
        System.arraycopy(good, at, longer, at + length, good.length - at);
        return longer;
      }
      default -> {
        int aligned = random.nextBoolean() ? 0 : at / 4 * 4;
        ByteBuffer words = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
        if (aligned + 8 <= good.length) {
          words.putLong(aligned, size());
        }
      }
    }
    return good;
  }

  /** A JSON object with values replaced, moved, removed or doubled; sometimes no JSON any more. */
  public byte[] json(ObjectNode good) {
    ObjectNode spoilt = good.deepCopy();
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      spoil(spoilt);
    }
    String text = StrictJson.compact(spoilt);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(12)) {
      case 0 -> bytes(bytes);
      case 1 ->
          "{\"%s\":%s,%s"
              .formatted(name(spoilt), value(), text.substring(1))
              .getBytes(StandardCharsets.UTF_8);
      default -> bytes;
    };
  }

  private record Place(JsonNode container, String key, int index) {
    void set(JsonNode value) {
      if (container instanceof ObjectNode object) {
        object.set(key, value);
      } else {
        ((ArrayNode) container).set(index, value);
      }
    }

    void remove() {
      if (container instanceof ObjectNode object) {
        object.remove(key);
      } else {
        ((ArrayNode) container).remove(index);
      }
    }

    JsonNode get() {
      return container instanceof ObjectNode object ? object.get(key) : container.get(index);
    }
  }

  private void spoil(ObjectNode root) {
    List<Place> places = new ArrayList<>();
    collect(root, places);
    if (places.isEmpty()) {
      root.set("x", value());
      return;
    }
    Place place = pick(places);
    switch (random.nextInt(8)) {
      case 0 -> place.remove();
      case 1 -> place.set(pick(places).get().deepCopy());
      case 2 -> place.set(JSON.arrayNode().add(place.get().deepCopy()));
      case 3 -> rename(place);
      case 4, 5 -> place.set(near(place.get()));
      default -> place.set(value());
    }
  }

  private void rename(Place place) {
    if (place.container() instanceof ObjectNode object) {
      JsonNode value = object.remove(place.key());
      object.set(random.nextBoolean() ? pick(TEXTS) : place.key() + "x", value);
    }
  }

  private static void collect(JsonNode node, List<Place> places) {
    if (node instanceof ObjectNode object) {
      object.properties().forEach(p -> places.add(new Place(node, p.getKey(), -1)));
    } else {
      for (int i = 0; i < node.size(); i++) {
        places.add(new Place(node, null, i));
      }
    }
    node.forEach(child -> collect(child, places));
  }

  private String name(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names.isEmpty() ? "x" : pick(names).replace("\"", "").replace("\\", "");
  }

  /** A value of the same type that is a little or very different. */
  private JsonNode near(JsonNode value) {
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      long number = value.longValue();
      long[] others = {number + 1, number - 1, -number, number * 2, number << 20, number / 2};
      return JSON.numberNode(others[random.nextInt(others.length)]);
    }
    if (value.isTextual()) {
      String text = value.textValue();
      return JSON.textNode(random.nextBoolean() ? "../" + text : text + pick(TEXTS));
    }
    return value();
  }

  private JsonNode value() {
    return switch (random.nextInt(9)) {
      case 0 -> JSON.nullNode();
      case 1 -> JSON.booleanNode(random.nextBoolean());
      case 2 -> JSON.textNode(pick(TEXTS));
      case 3 -> JSON.arrayNode().add(size()).add(size());
      case 4 -> JSON.objectNode().put(pick(TEXTS), size());
      case 5 -> JSON.numberNode(random.nextDouble(-1e3, 1e3));
      case 6 -> JSON.numberNode(new java.math.BigInteger("1" + "0".repeat(random.nextInt(900))));
      case 7 -> JSON.numberNode(new java.math.BigDecimal("1e" + random.nextInt(-400, 400)));
      default -> JSON.numberNode(size());
    };
  }
}
