package dev.foresight.spark.quantize;

import dev.foresight.sketch.SampleMix;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.TokenScalars;
import dev.foresight.sketch.Tokens;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.SketchStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that reads what one block does to the tokens whose rows a search sees: the same tokens
 * as those of {@link ChosenRows}, in the same order. Weights of a block need all blocks after it,
 * and all of them are small, so the driver forms them.
 */
public final class BlockTokens implements Function<Integer, SampleMix<TokenScalars>> {
  private static final long serialVersionUID = 1L;

  private final SketchSelection selection;
  private final SerializableConfiguration conf;

  /** Reads with this configuration. */
  public BlockTokens(SketchSelection selection, SerializableConfiguration conf) {
    this.selection = selection;
    this.conf = conf;
  }

  @Override
  public SampleMix<TokenScalars> call(Integer block) throws IOException {
    List<TokenScalars> stored = new ArrayList<>();
    new SketchStore(conf.value(), selection.store())
        .read(Tokens.TOKENS, selection.slices(), block)
        .get(Statistic.BLOCK)
        .values()
        .forEach(stored::addAll);
    return SampleMix.of(
        stored,
        selection.tokens(),
        selection.weights(),
        selection.firstPosition(),
        selection.rows(),
        selection.kept());
  }
}
