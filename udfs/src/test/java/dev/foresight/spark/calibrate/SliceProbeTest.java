package dev.foresight.spark.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.io.Cpu;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The sequence that is timed before a calibration, {@link CalibratedLlama}. */
class SliceProbeTest {
  private static SliceProbe.Timing probe(int vocabulary, int length) throws IOException {
    return new SliceProbe(CalibratedLlama.key(), vocabulary, CalibratedLlama.conf()).call(length);
  }

  @Test
  void secondsOfATokenAreNoMoreThanTheWholeProbeTook() throws IOException {
    long started = System.nanoTime();
    SliceProbe.Timing timing = probe(256, 100);
    double whole = (System.nanoTime() - started) / 1e9;
    assertThat(timing.secondsPerToken()).isPositive().isLessThan(whole / 100);
    assertThat(timing.cpu()).isEqualTo(Cpu.kind());
  }

  /** The longest that the model takes: 7919 * 127 is far beyond its 256 tokens. */
  @Test
  void idsStayBelowTheVocabularyHoweverLongTheSequence() throws IOException {
    assertThat(probe(256, 128).secondsPerToken()).isPositive();
    assertThat(probe(1, 5).secondsPerToken()).isPositive();
  }

  @Test
  void idsOfALargerVocabularyAreRefusedByTheModel() {
    // 7919 mod 8000 is the id of the second token; the model has 256
    assertThatThrownBy(() -> probe(8000, 2))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("7919");
  }
}
