package dev.foresight.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.foresight.tensor.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes an ONNX graph, node by node. Values are referred to by name; each method that makes one
 * returns its name.
 */
public final class OnnxGraph {
  private static final int OPSET =
      23; // the first with RMSNormalization, RotaryEmbedding, Attention
  private static final int IR_VERSION = 10;
  private static final String MICROSOFT = "com.microsoft";

  /** Value of the attribute {@code to} of Cast. */
  static final int INT32 = TensorProto.DataType.INT32.getNumber();

  /** The same. */
  static final int FLOAT32 = TensorProto.DataType.FLOAT.getNumber();

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Set<String> weights = new HashSet<>();
  private int values;

  public OnnxGraph(String name) {
    graph.setName(name);
  }

  /**
   * A float input.
   *
   * @param sizes numbers for fixed sizes, names for free ones
   */
  public String input(String name, Object... sizes) {
    return input(name, TensorProto.DataType.FLOAT, sizes);
  }

  /** An int64 input. */
  String indexInput(String name, Object... sizes) {
    return input(name, TensorProto.DataType.INT64, sizes);
  }

  private String input(String name, TensorProto.DataType type, Object... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object size : sizes) {
      if (size instanceof String free) {
        shape.addDimBuilder().setDimParam(free);
      } else {
        shape.addDimBuilder().setDimValue(((Number) size).longValue());
      }
    }
    graph.addInput(value(name, type, shape));
    return name;
  }

  /**
   * A weight without values: its data is declared external, under a location that no file has, and
   * is handed to the session from memory. Asking twice for a name gives the same weight.
   */
  public String weight(String name, List<Long> shape) {
    return weight(name, DType.F32, shape);
  }

  /** The same of another type, U8 or F32. */
  public String weight(String name, DType type, List<Long> shape) {
    if (!weights.add(name)) {
      return name; // shared by two places
    }
    long bytes = shape.stream().reduce((long) type.bytes(), Math::multiplyExact);
    TensorProto.DataType element =
        type == DType.U8 ? TensorProto.DataType.UINT8 : TensorProto.DataType.FLOAT;
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(element.getNumber())
            .addAllDims(shape)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", "memory-" + name))
            .addExternalData(entry("offset", "0"))
            .addExternalData(entry("length", Long.toString(bytes))));
    return name;
  }

  /** A constant vector of int64. */
  public String indices(long... numbers) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(fresh("indices"))
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(numbers.length);
    for (long number : numbers) {
      tensor.addInt64Data(number);
    }
    graph.addInitializer(tensor);
    return tensor.getName();
  }

  /** A constant int64 without axes. */
  String index(long number) {
    String name = fresh("index");
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addInt64Data(number));
    return name;
  }

  /** A constant float without axes. */
  String scalar(float number) {
    String name = fresh("scalar");
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .addFloatData(number));
    return name;
  }

  /**
   * Cuts the first axis of a value in two.
   *
   * @param x [batch x length, channels]
   * @param batchAndLength a vector with both sizes
   * @return [batch, length, channels]
   */
  String threeAxes(String x, String batchAndLength, int channels) {
    List<String> sizes = List.of(batchAndLength, indices(channels));
    return node("Reshape", List.of(x, node("Concat", sizes, attribute("axis", 0))));
  }

  /** A node with one output. */
  public String node(String operator, List<String> inputs, AttributeProto... attributes) {
    return add(fresh(operator), operator, inputs, attributes);
  }

  /** A node with one output, of an operator that only ONNX Runtime has. */
  String microsoftNode(String operator, List<String> inputs, AttributeProto... attributes) {
    return microsoftNode(operator, inputs, 1, attributes);
  }

  /** The same with several outputs, of which the first is used. */
  String microsoftNode(
      String operator, List<String> inputs, int outputs, AttributeProto... attributes) {
    String output = node(operator, inputs, attributes);
    NodeProto.Builder node = graph.getNodeBuilder(graph.getNodeCount() - 1).setDomain(MICROSOFT);
    for (int i = 1; i < outputs; i++) {
      node.addOutput(output + "." + i);
    }
    return output;
  }

  /**
   * More outputs of the node that was added last.
   *
   * @param kinds of values; empty where an optional output is left out
   * @return name of the last
   */
  String moreOutput(String... kinds) {
    NodeProto.Builder node = graph.getNodeBuilder(graph.getNodeCount() - 1);
    for (String kind : kinds) {
      node.addOutput(kind.isEmpty() ? "" : fresh(kind));
    }
    return node.getOutput(node.getOutputCount() - 1);
  }

  /** More outputs of the node that was added last, which are float outputs of the graph. */
  void moreOutputs(String... names) {
    NodeProto.Builder node = graph.getNodeBuilder(graph.getNodeCount() - 1);
    for (String name : names) {
      node.addOutput(name);
      declareOutput(name, TensorProto.DataType.FLOAT);
    }
  }

  /** A node whose output is a float output of the graph. */
  public void output(
      String name, String operator, List<String> inputs, AttributeProto... attributes) {
    output(name, TensorProto.DataType.FLOAT, operator, inputs, attributes);
  }

  /** A node whose output is an int64 output of the graph. */
  void indexOutput(
      String name, String operator, List<String> inputs, AttributeProto... attributes) {
    output(name, TensorProto.DataType.INT64, operator, inputs, attributes);
  }

  private void output(
      String name,
      TensorProto.DataType type,
      String operator,
      List<String> inputs,
      AttributeProto... attributes) {
    add(name, operator, inputs, attributes);
    declareOutput(name, type);
  }

  private void declareOutput(String name, TensorProto.DataType type) {
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber()))));
  }

  private String add(
      String output, String operator, List<String> inputs, AttributeProto... attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setName(output).setOpType(operator).addOutput(output);
    graph.addNode(node.addAllInput(inputs).addAllAttribute(List.of(attributes)));
    return output;
  }

  /** An integer attribute of a node. */
  public static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** A float attribute of a node. */
  public static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  /** A string attribute of a node. */
  public static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  /** Drops whatever no output needs. */
  void prune() {
    Set<String> needed = new HashSet<>();
    graph.getOutputList().forEach(output -> needed.add(output.getName()));
    List<NodeProto> kept = new ArrayList<>();
    for (int i = graph.getNodeCount() - 1; i >= 0; i--) { // a node stands behind what it reads
      NodeProto node = graph.getNode(i);
      if (node.getOutputList().stream().anyMatch(needed::contains)) {
        needed.addAll(node.getInputList());
        kept.add(0, node);
      }
    }
    List<ValueInfoProto> inputs = new ArrayList<>(graph.getInputList());
    inputs.removeIf(input -> !needed.contains(input.getName()));
    List<TensorProto> initializers = new ArrayList<>(graph.getInitializerList());
    initializers.removeIf(tensor -> !needed.contains(tensor.getName()));
    graph.clearNode().addAllNode(kept).clearInput().addAllInput(inputs);
    graph.clearInitializer().addAllInitializer(initializers);
  }

  /** The finished model. */
  public byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("foresight")
        .setGraph(graph)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
        .build()
        .toByteArray();
  }

  private String fresh(String kind) {
    return kind + "_" + values++;
  }

  private static ValueInfoProto value(
      String name, TensorProto.DataType type, TensorShapeProto.Builder shape) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
