package dev.foresight;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InputExceptionTest {
  @Test
  void nameOfSomebodyElseCanNeitherForgeALineNorSteerATerminal() {
    assertThat(new InputException("m/\u001b[2Jx\r\n12:00 INFO all is well\u202e.json: no"))
        .hasMessage("m/?[2Jx 12:00 INFO all is well?.json: no");
  }

  @Test
  void messageIsNoLongerThanALogCanBear() {
    assertThat(new InputException("x".repeat(1_000_000)).getMessage())
        .hasSizeLessThan(9000)
        .endsWith("… (1000000 characters)");
  }

  @Test
  void ordinaryMessageIsLeftAsItIs() {
    String message = "'Größe — 大' of m/config.json is 3\t(three): take 4.";
    assertThat(new InputException(message)).hasMessage(message.replace('\t', '?'));
  }
}
