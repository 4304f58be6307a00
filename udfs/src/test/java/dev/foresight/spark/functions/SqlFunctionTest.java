package dev.foresight.spark.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.Literal$;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import org.apache.spark.sql.execution.aggregate.ScalaAggregator;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.jdk.javaapi.CollectionConverters;

/** What the analyzer is told of {@code foresight_*}; no session is needed for that. */
class SqlFunctionTest {
  private static SqlFunction named(String name) {
    return ForesightFunctions.ALL.stream()
        .filter(function -> function.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Expression call(String name, int arguments) {
    List<Expression> given = new ArrayList<>();
    for (int i = 0; i < arguments; i++) {
      given.add(Literal$.MODULE$.apply("x"));
    }
    return named(name).builder().apply(CollectionConverters.asScala(given).toSeq());
  }

  /** Users write them in their SQL. */
  @Test
  void functionsHaveTheseNamesInLowerCase() {
    assertThat(ForesightFunctions.ALL.stream().map(SqlFunction::name))
        .containsExactly(
            "foresight_distance",
            "foresight_max_abs",
            "foresight_mean_abs",
            "foresight_mean_square",
            "foresight_merge",
            "foresight_tokenize")
        .allMatch(name -> name.equals(name.toLowerCase(Locale.ROOT)));
  }

  @Test
  void descriptionNamesArgumentsInOrder() {
    ExpressionInfo info = named("foresight_tokenize").info();
    assertThat(info.getName()).isEqualTo("foresight_tokenize");
    assertThat(info.getUsage())
        .isEqualTo(
            "foresight_tokenize(model, text) - Token ids of a text, without special tokens, by the tokenizer of a model folder.");
    assertThat(named("foresight_merge").info().getUsage())
        .startsWith(
            "foresight_merge(shard, slice, stratum, tokens, sum_abs, sum, sum_square, max_abs) - ");
  }

  @Test
  void everyUsageIsASentence() {
    assertThat(ForesightFunctions.ALL)
        .allMatch(function -> function.usage().endsWith("."))
        .extracting(SqlFunction::usage)
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "foresight_distance, 1, 2, 'a, b'",
    "foresight_distance, 3, 2, 'a, b'",
    "foresight_mean_abs, 0, 1, sums",
    "foresight_merge, 7, 8, 'shard, slice, stratum, tokens, sum_abs, sum, sum_square, max_abs'"
  })
  void otherNumberOfArgumentsIsRefused(String name, int given, int taken, String arguments) {
    assertThatThrownBy(() -> call(name, given))
        .isInstanceOf(InputException.class)
        .hasMessage("%s takes %d arguments (%s), not %d.", name, taken, arguments, given);
  }

  @Test
  void functionOfRowsIsAnExpressionOfItsType() {
    assertThat(call("foresight_distance", 2)).isInstanceOf(ScalaUDF.class);
    assertThat(call("foresight_distance", 2).dataType()).isEqualTo(DataTypes.DoubleType);
    assertThat(call("foresight_max_abs", 1).dataType())
        .isEqualTo(DataTypes.createArrayType(DataTypes.FloatType, false));
    assertThat(call("foresight_tokenize", 2).dataType())
        .isEqualTo(DataTypes.createArrayType(DataTypes.IntegerType, false));
  }

  @Test
  void mergeIsAnAggregateOfTheColumnsOfAStore() {
    assertThat(call("foresight_merge", 8)).isInstanceOf(ScalaAggregator.class);
  }
}
