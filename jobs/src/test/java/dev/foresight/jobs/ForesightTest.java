package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ForesightTest {
  @Test
  void mainReturnsWhenAllIsDone() { // an exit, also with 0, would end this JVM and fail on YARN
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Foresight.main(new String[] {"quantize", "--print-config"});
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("quantize.bits");
  }

  @Test
  void eachKindOfFailureHasItsExitCode() {
    assertThat(Cli.run("quantize", "--bitz", 3).exitCode()).isEqualTo(2);
    assertThat(Cli.run("inspect", "--model", "no-such-folder").exitCode()).isEqualTo(3);
    assertThat(Cli.run("quantize", "--help").exitCode()).isZero();
  }
}
