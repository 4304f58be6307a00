package dev.foresight.spark.functions;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.classic.UserDefinedFunctionUtils;
import org.apache.spark.sql.execution.aggregate.ScalaAggregator$;
import org.apache.spark.sql.expressions.SparkUserDefinedFunction;
import org.apache.spark.sql.expressions.UserDefinedAggregator;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import scala.Function1;
import scala.collection.immutable.Seq;

/**
 * A function of SQL.
 *
 * @param name in lower case
 * @param arguments their names in order
 * @param usage one sentence, shown by {@code DESCRIBE FUNCTION}
 * @param function of rows, or an aggregate
 */
public record SqlFunction(
    String name, List<String> arguments, String usage, UserDefinedFunction function) {

  /** What {@code DESCRIBE FUNCTION} shows. */
  public ExpressionInfo info() {
    return new ExpressionInfo(
        SqlFunction.class.getName(),
        null,
        name,
        Words.format("%s(%s) - %s", name, String.join(", ", arguments), usage),
        "");
  }

  /**
   * What the analyzer calls for each use of the function.
   *
   * @throws InputException from the builder, if the number of arguments is another
   */
  public Function1<Seq<Expression>, Expression> builder() {
    return given -> {
      if (given.size() != arguments.size()) {
        throw new InputException(
            Words.format("%s takes %d arguments (%s), not %d.", name, arguments.size(), String.join(", ", arguments), given.size()));
      }
      return function instanceof UserDefinedAggregator<?, ?, ?> aggregator
          ? ScalaAggregator$.MODULE$.apply(aggregator, given)
          : UserDefinedFunctionUtils.toScalaUDF((SparkUserDefinedFunction) function, given);
    };
  }

  void register(SparkSession session) {
    session.udf().register(name, function);
  }
}
