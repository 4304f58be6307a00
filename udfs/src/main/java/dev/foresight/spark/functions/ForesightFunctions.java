package dev.foresight.spark.functions;

import dev.foresight.Words;
import java.util.List;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/** The SQL functions {@code foresight_*}. */
public final class ForesightFunctions {
  /** All of them, by name. */
  public static final List<SqlFunction> ALL =
      List.of(
          distance(),
          channels("foresight_max_abs", "max|x| of each channel", false),
          channels("foresight_mean_abs", "mean |x| of each channel", true),
          channels("foresight_mean_square", "mean x² of each channel", true),
          merge(),
          tokenize());

  private ForesightFunctions() {}

  /** Gives them to a session that was started without the extension. */
  public static void register(SparkSession session) {
    ALL.forEach(function -> function.register(session));
  }

  private static SqlFunction tokenize() {
    UDF2<Object, Object, int[]> tokenize =
        (model, text) ->
            model == null || text == null
                ? null
                : ExecutorTokenizer.of(Arguments.text("foresight_tokenize", "model", model))
                    .encode(Arguments.text("foresight_tokenize", "text", text));
    return new SqlFunction(
        "foresight_tokenize",
        List.of("model", "text"),
        "Token ids of a text, without special tokens, by the tokenizer of a model folder.",
        functions.udf(tokenize, DataTypes.createArrayType(DataTypes.IntegerType, false)));
  }

  private static SqlFunction merge() {
    return new SqlFunction(
        "foresight_merge",
        List.of(SumsMerger.INPUT.fieldNames()),
        "The sums of many slices of one block and role, in order of shard and slice.",
        functions.udaf(new SumsMerger(), Encoders.row(SumsMerger.INPUT)));
  }

  private static SqlFunction channels(String name, String what, boolean mean) {
    var type = DataTypes.createArrayType(mean ? DataTypes.DoubleType : DataTypes.FloatType, false);
    UDF1<Object, Object> read =
        row -> {
          if (row == null) {
            return null;
          }
          MergedSums sums = MergedSums.of(name, row);
          return switch (name) {
            case "foresight_mean_abs" -> sums.meanAbs();
            case "foresight_mean_square" -> sums.meanSquare();
            default -> sums.maxAbs();
          };
        };
    return new SqlFunction(
        name,
        List.of("sums"),
        Words.format("The %s, of what foresight_merge returns or of a row of sums.", what),
        functions.udf(read, type));
  }

  private static SqlFunction distance() {
    UDF2<Object, Object, Double> distance =
        (a, b) ->
            a == null || b == null
                ? null
                : MergedSums.of("foresight_distance", a)
                    .distance(MergedSums.of("foresight_distance", b));
    return new SqlFunction(
        "foresight_distance",
        List.of("a", "b"),
        "Σ|a − b| / Σ(a + b)/2 over the channels' mean |x|: 0 if equal, at most 2.",
        functions.udf(distance, DataTypes.DoubleType));
  }
}
