package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.quantize.plan.DataChoice;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DataOptionsTest {
  private static DataChoice parse(String... arguments) {
    return CommandLine.populateCommand(new DataOptions(), arguments).choice();
  }

  @Test
  void shardOfAWeightMayHoldEqualsSigns() {
    DataChoice choice = parse("--weight", "code=2.0", "--weight", "lang=de/a b=,[1]=0.5");
    assertThat(choice.weights()).isEqualTo(Map.of("code", 2.0, "lang=de/a b=,[1]", 0.5));
  }

  @Test
  void weightThatIsNoneIsRefused() {
    assertThatThrownBy(() -> parse("--weight", "code"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--weight code is not SHARD=W");
    assertThatThrownBy(() -> parse("--weight", "lang=de"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--weight lang=de is not SHARD=W");
    assertThatThrownBy(() -> parse("--weight", "a=1", "--weight", "a=2"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has the weight 1.0 already");
  }
}
