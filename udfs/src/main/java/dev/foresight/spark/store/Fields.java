package dev.foresight.spark.store;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** Writes the fields of one Parquet row in the order of its schema, without boxing. */
final class Fields {
  private final RecordConsumer consumer;
  private int index;

  Fields(RecordConsumer consumer) {
    this.consumer = consumer;
  }

  private Fields field(String name, Runnable value) {
    consumer.startField(name, index);
    value.run();
    consumer.endField(name, index++);
    return this;
  }

  Fields text(String name, String value) {
    return field(name, () -> consumer.addBinary(Binary.fromString(value)));
  }

  Fields bytes(String name, byte[] value) {
    return field(name, () -> consumer.addBinary(Binary.fromConstantByteArray(value)));
  }

  Fields int32(String name, int value) {
    return field(name, () -> consumer.addInteger(value));
  }

  Fields int64(String name, long value) {
    return field(name, () -> consumer.addLong(value));
  }

  Fields float32(String name, float value) {
    return field(name, () -> consumer.addFloat(value));
  }

  Fields doubles(String name, double[] values) {
    return list(name, values.length, i -> consumer.addDouble(values[i]));
  }

  Fields floats(String name, float[] values) {
    return list(name, values.length, i -> consumer.addFloat(values[i]));
  }

  Fields ints(String name, int[] values) {
    return list(name, values.length, i -> consumer.addInteger(values[i]));
  }

  /** The three levels that Parquet's LIST annotation asks for: field, list, element. */
  private Fields list(String name, int length, java.util.function.IntConsumer element) {
    return field(
        name,
        () -> {
          consumer.startGroup();
          if (length > 0) {
            consumer.startField("list", 0);
            for (int i = 0; i < length; i++) {
              consumer.startGroup();
              consumer.startField("element", 0);
              element.accept(i);
              consumer.endField("element", 0);
              consumer.endGroup();
            }
            consumer.endField("list", 0);
          }
          consumer.endGroup();
        });
  }

  static double[] doubles(Group group, String name) {
    Group list = group.getGroup(name, 0);
    double[] values = new double[list.getFieldRepetitionCount("list")];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.getGroup("list", i).getDouble("element", 0);
    }
    return values;
  }

  static float[] floats(Group group, String name) {
    Group list = group.getGroup(name, 0);
    float[] values = new float[list.getFieldRepetitionCount("list")];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.getGroup("list", i).getFloat("element", 0);
    }
    return values;
  }

  static int[] ints(Group group, String name) {
    Group list = group.getGroup(name, 0);
    int[] values = new int[list.getFieldRepetitionCount("list")];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.getGroup("list", i).getInteger("element", 0);
    }
    return values;
  }
}
