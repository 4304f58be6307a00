package dev.foresight.spark.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.sketch.ChannelSums;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.jdk.javaapi.CollectionConverters;

/** Two channels, small enough for a head. */
class MergedSumsTest {
  private static final String COLUMNS = "tokens, sum_abs, sum, sum_square, max_abs";

  private static MergedSums sums(long tokens, double... sumAbs) {
    return new MergedSums(tokens, sumAbs, sumAbs, new float[sumAbs.length]);
  }

  private static Object seq(Object... values) {
    return CollectionConverters.asScala(List.of(values)).toSeq();
  }

  private static Row row(String ddl, Object... values) {
    return new GenericRowWithSchema(values, StructType.fromDDL(ddl));
  }

  @Test
  void meansAreSumsByTokens() {
    MergedSums sums = new MergedSums(4, new double[] {2, 6}, new double[] {1, 10}, new float[2]);
    assertThat(sums.meanAbs()).containsExactly(0.5, 1.5);
    assertThat(sums.meanSquare()).containsExactly(0.25, 2.5);
  }

  @Test
  void withoutATokenThereIsNoMean() {
    assertThat(sums(0, 0, 0).meanAbs()).isNull();
    assertThat(sums(0, 0, 0).meanSquare()).isNull();
    assertThat(sums(0, 0, 0).distance(sums(1, 1, 1))).isNull();
    assertThat(sums(1, 1, 1).distance(sums(0, 0, 0))).isNull();
  }

  /** Means 1, 2 and 1, 4: apart by 2, half of their sum is 4. */
  @Test
  void distanceIsOfMeansNotOfSums() {
    assertThat(sums(2, 2, 4).distance(sums(4, 4, 16))).isEqualTo(0.5);
    assertThat(sums(4, 4, 16).distance(sums(2, 2, 4))).isEqualTo(0.5);
    assertThat(sums(2, 2, 4).distance(sums(200, 200, 400))).isZero();
  }

  @Test
  void distanceIsTwoWhereNoChannelIsShared() {
    assertThat(sums(1, 3, 0).distance(sums(1, 0, 5))).isEqualTo(2);
  }

  @Test
  void channelsThatAreZeroInBothAreNoDistance() {
    assertThat(sums(5, 0, 0).distance(sums(7, 0, 0))).isZero();
  }

  @Test
  void otherNumbersOfChannelsAreNotCompared() {
    assertThatThrownBy(() -> sums(1, 1, 2).distance(sums(1, 1, 2, 3)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "foresight_distance: 2 channels can't be compared with 3: join by block and role.");
  }

  @Test
  void columnsAreFoundByNameInAnyOrderAmongOthers() {
    Row row =
        row(
            "max_abs ARRAY<FLOAT>, block INT, sum ARRAY<DOUBLE>, sum_square ARRAY<DOUBLE>,"
                + " sum_abs ARRAY<DOUBLE>, tokens BIGINT",
            seq(5f, 6f),
            7,
            seq(-1.0, 0.0),
            seq(3.0, 4.0),
            seq(1.0, 2.0),
            2L);
    MergedSums sums = MergedSums.of("foresight_mean_abs", row);
    assertThat(sums.tokens()).isEqualTo(2);
    assertThat(sums.meanAbs()).containsExactly(0.5, 1);
    assertThat(sums.meanSquare()).containsExactly(1.5, 2);
    assertThat(sums.maxAbs()).containsExactly(5, 6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokens BIGINT",
        "tokens BIGINT, sum_abs ARRAY<DOUBLE>, sum ARRAY<DOUBLE>, sum_square ARRAY<DOUBLE>",
        "TOKENS BIGINT, sum_abs ARRAY<DOUBLE>, sum ARRAY<DOUBLE>, sum_square ARRAY<DOUBLE>,"
            + " max_abs ARRAY<FLOAT>"
      })
  void structThatLacksAColumnIsRefused(String ddl) {
    Object[] values = new Object[StructType.fromDDL(ddl).size()];
    assertRefused(row(ddl, values));
  }

  @Test
  void whatIsNoStructOrHasNoNamesIsRefused() {
    assertRefused("sums");
    assertRefused(seq(1.0, 2.0));
    assertRefused(RowFactory.create(1L, seq(1.0), seq(1.0), seq(1.0), seq(1f)));
  }

  private static void assertRefused(Object value) {
    assertThatThrownBy(() -> MergedSums.of("foresight_max_abs", value))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "foresight_max_abs takes what foresight_merge returns, or a struct with the columns %s.",
            COLUMNS);
  }

  @Test
  void rowOfSumsHasTheColumnsOfItsType() {
    Row row =
        MergedSums.row(
            new ChannelSums(
                3, new double[] {1}, new double[] {-1}, new double[] {2}, new float[] {0.5f}));
    assertThat(MergedSums.TYPE.fieldNames()).containsExactly(COLUMNS.split(", "));
    assertThat(row.getLong(0)).isEqualTo(3);
    assertThat((double[]) row.get(1)).containsExactly(1);
    assertThat((double[]) row.get(2)).containsExactly(-1);
    assertThat((double[]) row.get(3)).containsExactly(2);
    assertThat((float[]) row.get(4)).containsExactly(0.5f);
  }
}
