package dev.foresight.spark;

import dev.foresight.spark.functions.ForesightFunctions;
import dev.foresight.spark.functions.SqlFunction;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import scala.Tuple3;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Gives a session the SQL functions {@code foresight_*}: {@code
 * spark.sql.extensions=dev.foresight.spark.ForesightExtensions}. Where settings can't be changed,
 * {@link ForesightFunctions#register} does the same for one session.
 */
public final class ForesightExtensions
    extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    for (SqlFunction function : ForesightFunctions.ALL) {
      extensions.injectFunction(
          new Tuple3<>(
              new FunctionIdentifier(function.name()), function.info(), function.builder()));
    }
    return BoxedUnit.UNIT;
  }
}
