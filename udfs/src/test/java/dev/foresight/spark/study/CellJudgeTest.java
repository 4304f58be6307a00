package dev.foresight.spark.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.spark.CalibratedLlama;
import dev.foresight.study.CellScores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cell of the float model against itself, {@link CalibratedLlama}. */
class CellJudgeTest {
  private static final int VOCABULARY = 256;

  @TempDir private Path folder;

  private CellScores judge(CellFile file, int[]... windows) throws IOException {
    return new CellJudge(CalibratedLlama.key(), 1234, CalibratedLlama.key(), CalibratedLlama.conf())
        .call(new CellJudge.Task(file, folder.resolve("states").toString(), windows));
  }

  private CellFile file(String identity) {
    return new CellFile(folder.toString(), identity);
  }

  /** exp of the mean of log Σ e^z - z over the first sequence, from the logits of transformers. */
  @Test
  void perplexityIsThatOfTheLogitsOfTransformers() throws IOException {
    float[] logits = CalibratedLlama.golden("logits");
    int[] ids = CalibratedLlama.ids()[0];
    double loss = 0;
    for (int t = 0; t < ids.length - 1; t++) {
      double sum = 0;
      for (int v = 0; v < VOCABULARY; v++) {
        sum += Math.exp(logits[t * VOCABULARY + v]);
      }
      loss += (Math.log(sum) - logits[t * VOCABULARY + ids[t + 1]]) / (ids.length - 1);
    }
    CellScores scores = judge(file("{\"cell\":1}"), ids);
    assertThat(scores.perplexity()).isCloseTo(Math.exp(loss), within(1e-3));
    assertThat(scores.windowLoss()).hasSize(1);
    assertThat(scores.windowLoss()[0]).isCloseTo(loss, within(1e-5));
  }

  @Test
  void modelIsAsFarFromItselfAsNothing() throws IOException {
    CellScores scores = judge(file("{\"cell\":2}"), CalibratedLlama.ids());
    assertThat(scores.divergenceP99()).isZero();
    assertThat(scores.windowDivergence()).hasSize(3).containsOnly(0);
    assertThat(scores.topAgreement()).isEqualTo(1);
    assertThat(scores.referencePerplexity()).isEqualTo(scores.perplexity());
    assertThat(scores.bytes()).isEqualTo(1234);
  }

  @Test
  void scoresOfTheFileAreThoseThatTravelBack() throws IOException {
    CellFile file = file("{\"cell\":3}");
    CellScores scores = judge(file, CalibratedLlama.ids());
    assertThat(file.read(CalibratedLlama.CONF).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(scores);
    assertThat(file("{\"cell\":4}").read(CalibratedLlama.CONF)).isEmpty();
  }

  /** 4,096 tokens make a chunk: 102 windows of 40, so that 103 take two files of states. */
  @Test
  void windowsOfManyChunksAreOneCell() throws IOException {
    int[][] windows = new int[103][];
    Arrays.fill(windows, CalibratedLlama.ids()[1]);
    CellScores scores = judge(file("{\"cell\":5}"), windows);
    assertThat(scores.windowLoss()).hasSize(103).containsOnly(scores.windowLoss()[0]);
    try (Stream<Path> states = Files.list(folder.resolve("states"))) {
      assertThat(states.filter(Files::isRegularFile).map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("00000.f32", "00001.f32");
    }
  }
}
