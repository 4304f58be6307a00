package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleCandidatesTest {
  @Test
  void firstCandidateIsOneThroughoutAndExponentsRiseByATwentieth() {
    List<Candidate> candidates = ScaleCandidates.of(new double[] {1, 4}, null, 20);
    assertThat(candidates).hasSize(20);
    assertThat(candidates.get(0).scale()).containsOnly(1);
    assertThat(candidates.get(1).alpha()).isEqualTo(0.05);
    assertThat(candidates.get(19).alpha()).isEqualTo(0.95);
  }

  @Test
  void leastAndLargestScaleAreEachOthersInverse() {
    float[] half = ScaleCandidates.of(new double[] {1, 16, 4}, null, 2).get(1).scale();
    assertThat(half).containsExactly(0.5f, 2, 1);
  }

  @Test
  void commonFactorOfTheImportanceChangesNoScale() {
    float[] scale = ScaleCandidates.of(new double[] {1, 16, 3}, null, 20).get(7).scale();
    float[] louder = ScaleCandidates.of(new double[] {64, 1024, 192}, null, 20).get(7).scale();
    for (int j = 0; j < scale.length; j++) {
      assertThat(louder[j]).isCloseTo(scale[j], within(1e-6f * scale[j]));
    }
  }

  @Test
  void channelThatIsAlwaysZeroKeepsScaleOne() {
    float[] scale = ScaleCandidates.of(new double[] {1, 0, 16}, null, 2).get(1).scale();
    assertThat(scale).containsExactly(0.5f, 1, 2);
  }

  @Test
  void roleThatIsAlwaysZeroHasScaleOneThroughout() {
    for (Candidate candidate : ScaleCandidates.of(new double[3], new double[3], 20)) {
      assertThat(candidate.scale()).containsOnly(1);
    }
  }

  @Test
  void powersBelowTheFloorAreRaisedToIt() {
    float[] scale = ScaleCandidates.of(new double[] {1e-12, 1}, null, 2).get(1).scale();
    assertThat(scale).containsExactly(0.01f, 100); // sqrt(1e-12) -> 1e-4, divided by sqrt(1e-4)
  }

  @Test
  void weightTermDividesByTheMeanRelativeWeight() {
    float[] scale =
        ScaleCandidates.of(new double[] {1, 1}, new double[] {0.25, 1}, 2).get(1).scale();
    // numpy: s = 1 / (np.sqrt([.25, 1]) + 1e-4); s / np.sqrt(s.max() * s.min())
    assertThat(scale[0]).isCloseTo(1.4141429f, within(1e-6f));
    assertThat(scale[1]).isCloseTo(0.7071422f, within(1e-6f));
  }
}
