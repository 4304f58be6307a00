package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Regular expressions in configs that others wrote, held against names that others chose. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class TargetPatternTest {
  private static boolean matches(String regex, String linear) {
    return TargetPattern.of("c", regex).matches(linear);
  }

  private static ThrowableAssertAlternative<InputException> refused(String regex, String linear) {
    return assertThatExceptionOfType(InputException.class).isThrownBy(() -> matches(regex, linear));
  }

  @Test
  void patternBeginsWhereTheNameDoesAndMayEndBefore() {
    assertThat(matches("model\\.layers\\.\\d{1,2}\\..*_proj", "model.layers.31.mlp.up_proj"))
        .isTrue();
    assertThat(matches("model\\.layers", "model.layers.31.mlp.up_proj")).isTrue();
    assertThat(matches("layers", "model.layers.31.mlp.up_proj")).isFalse();
    assertThat(matches("^(?!.*gate).*mlp.*", "model.layers.0.mlp.up_proj")).isTrue();
  }

  @Test
  void patternThatTriesAllWaysForEverIsStopped() {
    refused("(.*)(.*)(.*)(.*)(.*)(.*)z", "a".repeat(500))
        .withMessageContaining("c: the target 're:(.*)(.*)(.*)(.*)(.*)(.*)z' takes too long");
    refused(".*.*.*.*.*.*.*.*z", "a".repeat(500)).withMessageContaining("takes too long");
  }

  @Test
  void repetitionOfNothingIsStoppedBeforeItBegins() {
    refused("(?:(?:){2147483647}){2147483647}", "a").withMessageContaining("too large to be tried");
    refused("(?:(?:^){999}){999}", "a").withMessageContaining("too large to be tried");
    refused("x{0,99999999999999999999}", "a").withMessageContaining("too large to be tried");
  }

  @Test
  void deepNestingIsNoStackOverflow() {
    refused("(".repeat(2000), "a").withMessageContaining("is no pattern");
    refused("(".repeat(5000), "a").withMessageContaining("too large");
    String deep = "(".repeat(400) + "a|b" + ")*".repeat(400);
    assertThat(catchRefusal(deep, "ab".repeat(5000))).isTrue();
  }

  private static boolean catchRefusal(String regex, String linear) {
    try {
      matches(regex, linear);
      return true;
    } catch (InputException e) {
      return true;
    }
  }
}
