package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.importance.TokenWeighting;
import dev.foresight.importance.TokenWeighting.Form;
import dev.foresight.quantize.plan.Method;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** From options to how tokens are weighed. */
class TokenOptionsTest {
  @CommandLine.Command
  private static final class Line {
    @CommandLine.Mixin private TokenOptions tokens;
  }

  private static TokenWeighting parsed(String... options) {
    Line line = new Line();
    new CommandLine(line).parseArgs(options);
    return line.tokens.over(Method.AWQ);
  }

  @Test
  void withoutOptionsTokensCountAlike() {
    assertThat(parsed()).isEqualTo(TokenWeighting.none());
  }

  @Test
  void foresightLetsLaterBlocksWeighTokensUnlessToldOtherwise() {
    Line line = new Line();
    new CommandLine(line).parseArgs();
    assertThat(line.tokens.over(Method.FORESIGHT).form()).isEqualTo(Form.FUTURE);
    Line told = new Line();
    new CommandLine(told).parseArgs("--token-weights", "none");
    assertThat(told.tokens.over(Method.FORESIGHT)).isEqualTo(TokenWeighting.none());
  }

  @Test
  void formAloneTakesTheUsualNumbers() {
    assertThat(parsed("--token-weights", "future"))
        .isEqualTo(new TokenWeighting(Form.FUTURE, 0.5, 0, true));
  }

  @Test
  void everyNumberCanBeGiven() {
    assertThat(
            parsed(
                "--token-weights=first-position",
                "--token-exponent=0.25",
                "--token-blocks=3",
                "--no-token-attention"))
        .isEqualTo(new TokenWeighting(Form.FIRST_POSITION, 0.25, 3, false));
  }

  @Test
  void numbersWithoutAFormAreRefused() {
    assertThatThrownBy(() -> parsed("--token-exponent", "1"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("drop them, or pass --token-weights future");
  }
}
