package dev.foresight.jobs.quantize;

import dev.foresight.model.Role;
import dev.foresight.quantize.LinearReport;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The two tables beside the weights: what was known of every channel, and what became of it. */
final class QuantizationTables {
  /** Column of {@link dev.foresight.export.WeightDigest}; null where a linear stays in float. */
  static final String WEIGHTS = "weights_sha256";

  static final StructType IMPORTANCE =
      new StructType()
          .add("block", DataTypes.IntegerType, false)
          .add("role", DataTypes.StringType, false)
          .add("channel", DataTypes.IntegerType, false)
          .add("mean_abs", DataTypes.DoubleType, false)
          .add("mean_square", DataTypes.DoubleType, false)
          .add("importance", DataTypes.DoubleType, false);

  static final StructType QUANTIZATION =
      new StructType()
          .add("block", DataTypes.IntegerType, false)
          .add("linear", DataTypes.StringType, false)
          .add("role", DataTypes.StringType, false)
          .add("bits", DataTypes.IntegerType, false)
          .add("alpha", DataTypes.DoubleType, true)
          .add("loss_rounded", DataTypes.DoubleType, true)
          .add("loss_scaled", DataTypes.DoubleType, true)
          .add("loss_final", DataTypes.DoubleType, true)
          .add("clip_share", DataTypes.DoubleType, false)
          .add("shrinkage", DataTypes.DoubleType, true)
          .add("correction", DataTypes.DoubleType, true)
          .add(WEIGHTS, DataTypes.StringType, true);

  private QuantizationTables() {}

  /** A row a channel, ordered by block, role and channel. */
  static List<Row> importance(List<Moments> moments, List<Map<Role, double[]>> scores) {
    List<Row> rows = new ArrayList<>();
    for (int block = 0; block < moments.size(); block++) {
      for (Role role : Role.values()) {
        double[] meanAbs = moments.get(block).meanAbs().get(role);
        double[] meanSquare = moments.get(block).meanSquare().get(role);
        double[] importance = scores.get(block).get(role);
        for (int j = 0; j < meanAbs.length; j++) {
          rows.add(
              RowFactory.create(block, role.key(), j, meanAbs[j], meanSquare[j], importance[j]));
        }
      }
    }
    return rows;
  }

  /** A row a linear, ordered by block. */
  static List<Row> quantization(List<QuantizedBlock> blocks) {
    List<Row> rows = new ArrayList<>();
    for (QuantizedBlock block : blocks) {
      for (LinearReport linear : block.linears()) {
        rows.add(
            RowFactory.create(
                block.block(),
                linear.linear(),
                linear.role().key(),
                linear.bits(),
                known(linear.alpha()),
                known(linear.roundLoss()),
                known(linear.scaleLoss()),
                known(linear.finalLoss()),
                linear.clipShare(),
                known(linear.shrinkage()),
                known(linear.correction()),
                block.weights().get(linear.linear())));
      }
    }
    return rows;
  }

  /** NaN means that nothing was measured: null in a table. */
  private static Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
