package dev.foresight.spark.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Numbers of udfs/src/test/python/words_golden.py: transformers 5.23.0, numpy 2, SciPy 1. */
class ForesightFunctionsTest {
  private static final Path WORDS = Path.of("src/test/resources/words").toAbsolutePath();
  private static final String MERGE =
      "foresight_merge(shard, slice, stratum, tokens, sum_abs, sum, sum_square, max_abs)";
  private static final double ROUNDING = 1e-13;

  private static SparkSession spark;
  private static JsonNode golden;

  @BeforeAll
  static void open() throws IOException {
    SparkSession.clearActiveSession();
    SparkSession.clearDefaultSession();
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "3")
            .config("spark.sql.extensions", "dev.foresight.spark.ForesightExtensions")
            .getOrCreate();
    golden = new ObjectMapper().readTree(WORDS.resolve("merge.json").toFile());
    List<String> rows = new ArrayList<>();
    golden.get("rows").forEach(row -> rows.add(row.toString()));
    sums(rows).createOrReplaceTempView("sums");
  }

  @AfterAll
  static void close() throws IOException {
    spark.close();
  }

  private static Dataset<Row> sums(List<String> rows) {
    return spark
        .read()
        .schema(SumsMerger.INPUT)
        .json(spark.createDataset(rows, org.apache.spark.sql.Encoders.STRING()));
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(n -> numbers.add(n.asDouble()));
    return numbers;
  }

  private static Row first(String sql) {
    return spark.sql(sql).first();
  }

  private static void assertNear(List<? extends Number> actual, List<Double> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int j = 0; j < expected.size(); j++) {
      assertThat(actual.get(j).doubleValue()).isCloseTo(expected.get(j), within(ROUNDING));
    }
  }

  @Test
  void tokensAreThoseOfTransformers() throws IOException {
    for (JsonNode text : new ObjectMapper().readTree(WORDS.resolve("tokens.json").toFile())) {
      Row row =
          spark
              .sql(
                  "SELECT foresight_tokenize('%s', :text)".formatted(WORDS),
                  java.util.Map.of("text", text.get("text").asText()))
              .first();
      List<Integer> ids = new ArrayList<>();
      text.get("ids").forEach(id -> ids.add(id.asInt()));
      assertThat(row.<Integer>getList(0)).isEqualTo(ids);
    }
    assertThat(first("SELECT foresight_tokenize('%s', NULL)".formatted(WORDS)).isNullAt(0))
        .isTrue();
  }

  @Test
  void meansOfAMergeAreThoseOfNumpy() {
    Row row =
        first(
            "SELECT foresight_mean_abs(m), foresight_mean_square(m), foresight_max_abs(m), m.tokens"
                + " FROM (SELECT %s AS m FROM sums)".formatted(MERGE));
    JsonNode all = golden.get("all");
    assertNear(row.getList(0), numbers(all.get("mean_abs")));
    assertNear(row.getList(1), numbers(all.get("mean_square")));
    assertNear(row.getList(2), numbers(all.get("max_abs")));
    assertThat(row.getLong(3)).isEqualTo(all.get("tokens").asLong());
  }

  @Test
  void shardsMergeApartByGroups() {
    List<Row> rows =
        spark
            .sql(
                "SELECT shard, foresight_mean_abs(%s) FROM sums GROUP BY shard ORDER BY shard"
                    .formatted(MERGE))
            .collectAsList();
    assertNear(rows.get(0).getList(1), numbers(golden.at("/code/mean_abs")));
    assertNear(rows.get(1).getList(1), numbers(golden.at("/legal/mean_abs")));
  }

  @Test
  void distanceOfTwoShardsIsTwiceBrayCurtis() {
    String shard = "(SELECT %s FROM sums WHERE shard = '%s')";
    Row row =
        first(
            "SELECT foresight_distance(%s, %s)"
                .formatted(shard.formatted(MERGE, "code"), shard.formatted(MERGE, "legal")));
    assertThat(row.getDouble(0)).isCloseTo(golden.get("distance").asDouble(), within(ROUNDING));
  }

  @Test
  void mergeHasTheSameBitsInWhateverOrderRowsCome() {
    String sql = "SELECT %s AS m FROM %s";
    Row once = first(sql.formatted(MERGE, "sums"));
    for (int partitions : new int[] {1, 2, 5, 12}) {
      spark
          .table("sums")
          .orderBy(org.apache.spark.sql.functions.rand(partitions))
          .repartition(partitions)
          .createOrReplaceTempView("shuffled");
      assertThat(first(sql.formatted(MERGE, "shuffled"))).isEqualTo(once);
    }
  }

  @Test
  void rowOfSumsIsItsOwnMerge() {
    Row row =
        first(
            "SELECT foresight_max_abs(struct(*)), max_abs FROM sums WHERE slice = 0 AND stratum ="
                + " 'rest' AND shard = 'code'");
    assertThat(row.<Float>getList(0)).isEqualTo(row.<Float>getList(1));
  }

  @Test
  void meanOfNoRowsIsNull() {
    Row row = first("SELECT foresight_mean_abs(%s) FROM sums WHERE slice > 99".formatted(MERGE));
    assertThat(row.isNullAt(0)).isTrue();
  }

  private static void assertRefused(String sql, String part) {
    assertThatThrownBy(() -> first(sql)).rootCause().isInstanceOf(InputException.class);
    assertThatThrownBy(() -> first(sql)).rootCause().hasMessageContaining(part);
  }

  @Test
  void sliceThatComesTwiceIsRefused() {
    assertRefused(
        "SELECT %s FROM (SELECT * FROM sums UNION ALL SELECT * FROM sums)".formatted(MERGE),
        "comes twice");
  }

  @Test
  void argumentsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> first("SELECT foresight_merge(shard) FROM sums"))
        .hasMessageContaining("foresight_merge takes 8 arguments (shard, slice, stratum");
    assertRefused("SELECT foresight_mean_abs(7)", "what foresight_merge returns");
    assertRefused("SELECT foresight_tokenize('%s', 7)".formatted(WORDS), "cast it to STRING");
    assertRefused("SELECT foresight_tokenize('/nowhere', 'x')", "/nowhere");
  }

  @Test
  void functionsDescribeThemselves() {
    String told = spark.sql("DESCRIBE FUNCTION foresight_distance").collectAsList().toString();
    assertThat(told).contains("foresight_distance(a, b)", "mean |x|");
  }

  @Test
  void sessionWithoutTheExtensionCanRegisterThem() {
    SparkSession other = spark.newSession();
    ForesightFunctions.register(other);
    sums(List.of(golden.get("rows").get(0).toString())).createOrReplaceTempView("one");
    assertThat(
            other.sql("SELECT foresight_tokenize('%s', 'cat')".formatted(WORDS)).first().getList(0))
        .hasSize(1);
  }
}
