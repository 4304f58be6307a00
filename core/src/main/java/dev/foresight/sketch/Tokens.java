package dev.foresight.sketch;

import dev.foresight.Words;
import dev.foresight.sketch.SampledPlaces.Place;
import java.util.List;

/**
 * The statistic {@code tokens}: what each block does to the sampled tokens, the same tokens as
 * those of {@link Rows}, in a few numbers each. Weights of tokens are formed from it.
 */
public final class Tokens extends RowStatistic<TokenScalars> {
  /** The statistic. */
  public static final Tokens TOKENS = new Tokens();

  private static final int WITH_NORMS = 4; // numbers of a token where norms follow the sublayers
  private static final int BYTES_OF_TOKEN = 64; // an object with its place

  private Tokens() {}

  @Override
  public String name() {
    return "tokens";
  }

  @Override
  public String option() {
    return "--rows 512";
  }

  @Override
  public boolean ofRoles() {
    return false;
  }

  @Override
  public boolean isKept(SketchSettings settings) {
    return settings.rows() > 0;
  }

  @Override
  TokenScalars row(String shard, Place place, float[] values) {
    boolean norms = values.length == WITH_NORMS;
    return new TokenScalars(
        shard,
        place.sequence(),
        place.position(),
        place.key(),
        values[0],
        values[1],
        norms ? values[2] : 0,
        norms ? values[3] : 0);
  }

  @Override
  List<Column> valueColumns() {
    return List.of(
        new Column("residual", Column.Type.FLOAT32),
        new Column("attention", Column.Type.FLOAT32),
        new Column("attention_output_square", Column.Type.FLOAT32),
        new Column("mlp_output_square", Column.Type.FLOAT32));
  }

  @Override
  Object[] values(TokenScalars token) {
    return new Object[] {
      token.residual(), token.attention(), token.attentionOutput(), token.mlpOutput()
    };
  }

  @Override
  TokenScalars row(String shard, Place place, Object[] values, SliceExtent extent) {
    float[] numbers = new float[values.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (Float) values[i];
      if (!(numbers[i] >= 0 && numbers[i] < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            Words.format("a token has %s of %s", numbers[i], valueColumns().get(i).name()));
      }
    }
    return row(shard, place, numbers);
  }

  @Override
  public long heapBytes(int channels, SketchSettings settings) {
    return (long) (settings.rows() + settings.firstRows()) * BYTES_OF_TOKEN;
  }
}
