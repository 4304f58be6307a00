package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressLineTest {
  @Test
  void lineSaysPaceAndWhatIsLeft() {
    assertThat(ProgressLine.line(250_000, 1_000_000, 1500))
        .isEqualTo(" 25 %  250,000 of 1,000,000 tokens, 167 tokens/s, 1:15:00 left");
  }

  @Test
  void beforeTheFirstSliceEndsNothingIsKnown() {
    assertThat(ProgressLine.line(0, 4096, 3)).endsWith("0 tokens/s, ? left");
    assertThat(ProgressLine.etaSeconds(0, 4096, 3)).isEqualTo(-1);
  }
}
