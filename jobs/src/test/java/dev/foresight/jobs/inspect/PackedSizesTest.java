package dev.foresight.jobs.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.Words;
import dev.foresight.jobs.Cli;
import dev.foresight.model.Model;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sizes of a model of 8 blocks in float16, hidden 128, intermediate 384, 4 heads of 32 and 2 for
 * keys and values, 4,096 tokens, head and embedding tied.
 */
class PackedSizesTest {
  private static final long NORMS = 2 * 128 * 2; // two a block, of 128 channels in 2 bytes

  /** (rows, columns) of q, k, v, o, gate, up and down. */
  private static final int[][] LINEARS = {
    {128, 128}, {64, 128}, {64, 128}, {128, 128}, {384, 128}, {384, 128}, {128, 384}
  };

  private static Model model;

  @BeforeAll
  static void open() throws IOException {
    model = Model.open(new LocalModelFolder(Cli.TINY));
  }

  @AfterAll
  static void close() throws IOException {
    model.close();
  }

  /** Codes in 32-bit words a row, a step of 2 bytes a group, two numbers of 8 bytes a shape. */
  private static long expected(int bits, int group) {
    long block = NORMS;
    for (int[] linear : LINEARS) {
      long words = (linear[1] * bits + 31) / 32;
      long steps = group == 0 ? 1 : linear[1] / group;
      block += linear[0] * (4 * words + 2 * steps) + 16;
    }
    return 8 * block;
  }

  @Test
  void blocksWeighWhatTheirCodesStepsShapesAndNormsDo() {
    PackedSizes sizes = new PackedSizes(model);
    for (int bits = 2; bits <= 8; bits++) {
      for (int group : new int[] {0, 32, 64, 128}) {
        assertThat(sizes.blocks(bits, group))
            .as("%d bits, groups of %d", bits, group)
            .hasValue(expected(bits, group));
      }
    }
  }

  @Test
  void groupThatDoesNotDivideEveryLinearHasNoSize() {
    PackedSizes sizes = new PackedSizes(model);
    assertThat(sizes.blocks(4, 384)).as("divides 384, not 128").isEmpty();
    assertThat(sizes.blocks(4, 48)).isEmpty();
  }

  /** Embedding 4,096 x 128 and the last norm's 128, in 2 bytes; the head is the embedding. */
  @Test
  void embeddingAndLastNormStay() {
    assertThat(new PackedSizes(model).outside()).isEqualTo(2 * (4096 * 128 + 128));
  }

  @Test
  void tableIsTheSameInEveryLanguage() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      List<String> lines = new PackedSizes(model).table(List.of(0, 48, 64)).lines().toList();
      assertThat(lines).hasSize(2 + 7);
      assertThat(lines.get(0)).endsWith("stay: 1,048,832 bytes");
      assertThat(lines.get(1).strip().replaceAll(" +", " "))
          .isEqualTo("bits whole rows groups of 48 groups of 64");
      assertThat(lines.get(4).strip().replaceAll(" +", " "))
          .isEqualTo(Words.format("4 %,d does not divide %,d", expected(4, 0), expected(4, 64)));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void runsOfNumbersAreShortened() {
    assertThat(ModelTable.ranges(List.of(0, 1, 2, 5))).isEqualTo("0-2, 5");
    assertThat(ModelTable.ranges(List.of(3))).isEqualTo("3");
    assertThat(ModelTable.ranges(List.of(1, 3, 4))).isEqualTo("1, 3-4");
    assertThat(ModelTable.ranges(List.of())).isEmpty();
  }

  /** Parameters: 8 blocks of linears and norms, embedding, last norm. */
  @Test
  void modelTableCountsEveryParameterOnce() {
    long block = 2 * 128;
    for (int[] linear : LINEARS) {
      block += (long) linear[0] * linear[1];
    }
    long all = 8 * block + 4096 * 128 + 128;
    assertThat(new ModelTable(model).text())
        .contains("8 blocks, hidden 128, intermediate 384, 4 heads (2 for keys and values) of 32")
        .contains(
            Words.format("All tensors: %d, %,d parameters, %,d bytes", 8 * 9 + 2, all, 2 * all))
        .contains("Blocks 0-7, each:")
        .containsPattern("embedding, head +model.embed_tokens.weight +4096 x 128 +f16 +524,288 ");
  }
}
