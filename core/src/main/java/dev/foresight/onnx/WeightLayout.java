package dev.foresight.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.foresight.Hashing;
import dev.foresight.onnx.graph.OnnxGraph;
import dev.foresight.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the weights of a weightless graph lie in a file of their own: one after the other in the
 * order of the graph, each at the start of a page so that it can be mapped.
 */
public final class WeightLayout {
  /** Bytes of a page, and of the head of the file that comes before the weights. */
  static final int PAGE = 4096;

  private final ModelProto model;
  private final List<Place> places = new ArrayList<>();
  private final long end;

  /**
   * One weight.
   *
   * @param name in the graph
   * @param type U8 or F32
   * @param shape sizes, outermost first
   * @param offset of its first byte in the file
   */
  record Place(String name, DType type, List<Long> shape, long offset) {
    long bytes() {
      return shape.stream().reduce((long) type.bytes(), Math::multiplyExact);
    }
  }

  /** Lays out the weights of a graph that {@link OnnxGraph} wrote. */
  public WeightLayout(byte[] graph) {
    try {
      this.model = ModelProto.parseFrom(graph);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("Not a graph of ours", e);
    }
    long offset = PAGE;
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      if (isWeight(tensor)) {
        DType type =
            tensor.getDataType() == TensorProto.DataType.UINT8.getNumber() ? DType.U8 : DType.F32;
        Place place = new Place(tensor.getName(), type, tensor.getDimsList(), offset);
        places.add(place);
        offset += (place.bytes() + PAGE - 1) / PAGE * PAGE;
      }
    }
    this.end = offset;
  }

  /** The weights in the order of the file. */
  List<Place> places() {
    return List.copyOf(places);
  }

  /** Length of the file. */
  long end() {
    return end;
  }

  /** SHA-256 over names, types, shapes and offsets. */
  String hash() {
    return Hashing.sha256Hex(places.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** The graph, naming the file that holds its weights. */
  public byte[] graph(String file) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    int next = 0;
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto.Builder tensor = graph.getInitializerBuilder(i);
      if (isWeight(graph.getInitializer(i))) {
        Place place = places.get(next++);
        tensor
            .clearExternalData()
            .addExternalData(entry("location", file))
            .addExternalData(entry("offset", Long.toString(place.offset())))
            .addExternalData(entry("length", Long.toString(place.bytes())));
      }
    }
    return model.toBuilder().setGraph(graph).build().toByteArray();
  }

  private static boolean isWeight(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
