package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.onnx.OnnxEnvironment;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Either way to mix values, against the eager attention of transformers: scores_golden.py. */
class ScoreNodesTest {
  private static final int DIMENSION = 8;
  private static final ScoreNodes.Heads HEADS = new ScoreNodes.Heads(4, 2);
  private static final float NEAR = 2e-6f; // fp32 sums of 8 products of numbers near 1

  /** One case of the golden file. */
  record Case(JsonNode json) {
    int batch() {
      return json.get("batch").intValue();
    }

    int length() {
      return json.get("length").intValue();
    }

    OptionalInt window() {
      return json.get("window").isNull()
          ? OptionalInt.empty()
          : OptionalInt.of(json.get("window").intValue());
    }

    List<AttributeProto> scaleAndCap() {
      List<AttributeProto> attributes = new ArrayList<>();
      attributes.add(attribute("scale", json.get("scale").floatValue()));
      if (!json.get("cap").isNull()) {
        attributes.add(attribute("softcap", json.get("cap").floatValue()));
      }
      return attributes;
    }

    float[] floats(String name) {
      try {
        ByteBuffer bytes = ByteBuffer.wrap(json.get(name).binaryValue());
        float[] floats = new float[bytes.remaining() / Float.BYTES];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
      } catch (IOException e) {
        throw new IllegalArgumentException(name, e);
      }
    }

    @Override
    public String toString() {
      return "%d x %d tokens, window %s, cap %s"
          .formatted(batch(), length(), json.get("window"), json.get("cap"));
    }
  }

  static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    new ObjectMapper()
        .readTree(ScoreNodesTest.class.getResource("/onnx/scores.json"))
        .get("cases")
        .forEach(json -> cases.add(new Case(json)));
    return cases;
  }

  /** Adds the nodes of a test, and names the value that it looks at. */
  private interface Nodes {
    String add(ScoreNodes scores);
  }

  private static float[] run(Case golden, Nodes nodes) throws OrtException {
    OnnxGraph graph = new OnnxGraph("scores");
    graph.input("q", "batch", "length", HEADS.query() * DIMENSION);
    graph.input("k", "batch", "length", HEADS.kv() * DIMENSION);
    graph.input("v", "batch", "length", HEADS.kv() * DIMENSION);
    graph.indexInput("sizes", 2);
    String value = nodes.add(new ScoreNodes(graph, "sizes"));
    graph.output("out", "Reshape", List.of(value, graph.indices(-1)));
    LongBuffer sizes = LongBuffer.wrap(new long[] {golden.batch(), golden.length()});
    try (OrtSession session = OnnxEnvironment.session(graph.bytes(), Map.of(), 1, Scratch.FREED);
        OnnxTensor q = tensor(golden, "q", HEADS.query());
        OnnxTensor k = tensor(golden, "k", HEADS.kv());
        OnnxTensor v = tensor(golden, "v", HEADS.kv());
        OnnxTensor both = OnnxTensor.createTensor(OnnxEnvironment.get(), sizes, new long[] {2});
        OrtSession.Result result = session.run(Map.of("q", q, "k", k, "v", v, "sizes", both))) {
      FloatBuffer out = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[out.remaining()];
      out.get(values);
      return values;
    }
  }

  private static OnnxTensor tensor(Case golden, String name, int heads) throws OrtException {
    long[] shape = {golden.batch(), golden.length(), (long) heads * DIMENSION};
    return OnnxTensor.createTensor(
        OnnxEnvironment.get(), FloatBuffer.wrap(golden.floats(name)), shape);
  }

  private static void assertNear(float[] found, float[] wanted) {
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.length; i++) {
      assertThat(found[i]).as("value %d", i).isCloseTo(wanted[i], within(NEAR));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void standardOperatorMixesAsTransformersDoes(Case golden) throws OrtException {
    Nodes nodes =
        scores -> scores.standard("q", "k", "v", golden.window(), HEADS, golden.scaleAndCap());
    assertNear(run(golden, nodes), golden.floats("mixed"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void groupedOperatorMixesAsTransformersDoes(Case golden) throws OrtException {
    Nodes nodes =
        scores -> scores.grouped("q", "k", "v", golden.window(), HEADS, golden.scaleAndCap());
    assertNear(run(golden, nodes), golden.floats("mixed"));
  }

  /** All queries: 0 where a token lies ahead or outside the window. */
  @ParameterizedTest
  @MethodSource("cases")
  void probabilitiesThatTheStandardOperatorKeepsAreThoseOfTransformers(Case golden)
      throws OrtException {
    Nodes nodes =
        scores -> {
          scores.standard("q", "k", "v", golden.window(), HEADS, golden.scaleAndCap(), true);
          return scores.keptProbabilities();
        };
    assertNear(run(golden, nodes), golden.floats("probabilities"));
  }

  /** What is kept beside them changes no bit of what is mixed. */
  @ParameterizedTest
  @MethodSource("cases")
  void keepingProbabilitiesChangesNoBitOfWhatIsMixed(Case golden) throws OrtException {
    Nodes kept =
        scores -> {
          String mixed =
              scores.standard("q", "k", "v", golden.window(), HEADS, golden.scaleAndCap(), true);
          scores.keptProbabilities();
          return mixed;
        };
    Nodes alone =
        scores -> scores.standard("q", "k", "v", golden.window(), HEADS, golden.scaleAndCap());
    assertThat(run(golden, kept)).isEqualTo(run(golden, alone));
  }

  /** Of 9 tokens and every fourth, the queries at 0, 4 and 8; of 6 those at 1 and 5. */
  @ParameterizedTest
  @MethodSource("cases")
  void probabilitiesOfSomeQueriesAreCountedBackFromTheLast(Case golden) throws OrtException {
    for (int stride : new int[] {1, 2, 4}) {
      Nodes nodes =
          scores ->
              scores.probabilities(
                  "q", "k", "v", golden.window(), HEADS, golden.scaleAndCap(), stride);
      assertNear(run(golden, nodes), everyNth(golden, stride));
    }
  }

  /** Rows of [batch x heads, length, length], the last of each matrix among them. */
  private static float[] everyNth(Case golden, int stride) {
    int length = golden.length();
    float[] all = golden.floats("probabilities");
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < all.length / length; row++) {
      if ((length - 1 - row % length) % stride == 0) {
        rows.add(row);
      }
    }
    float[] some = new float[rows.size() * length];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(all, rows.get(i) * length, some, i * length, length);
    }
    return some;
  }
}
