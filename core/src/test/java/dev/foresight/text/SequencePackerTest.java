package dev.foresight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SequencePackerTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() throws IOException {
    tokenizer = Tokenizer.open(new LocalModelFolder(Path.of("../datasets/models/foresight-tiny")));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private final List<int[]> sequences = new ArrayList<>();

  private SequencePacker packer(int length, Bos bos, String separator, long limit) {
    return new SequencePacker(
        new PackingSettings(length, bos, separator, 0), tokenizer, limit, sequences::add);
  }

  @Test
  void documentsAreJoinedBySeparatorsAndCut() {
    SequencePacker packer = packer(4, Bos.NONE, "eos", 100);
    packer.add(new int[] {11, 12, 13});
    packer.add(new int[] {14, 15, 16, 17});
    int eos = tokenizer.eos("test");
    assertThat(sequences).containsExactly(new int[] {11, 12, 13, eos}, new int[] {14, 15, 16, 17});
  }

  @Test
  void tokensThatFillNoSequenceAreDroppedAndCounted() {
    SequencePacker packer = packer(4, Bos.NONE, "none", 100);
    packer.add(new int[] {1, 2, 3, 4, 5, 6});
    assertThat(packer.sequences()).isEqualTo(1);
    assertThat(packer.droppedTokens()).isEqualTo(2);
    assertThat(packer.documentTokens()).isEqualTo(6);
  }

  @Test
  void eachSequenceStartsWithBosWhereAsked() {
    packer(3, Bos.START, "none", 100).add(new int[] {11, 12, 13, 14});
    int bos = tokenizer.bos("test")[0];
    assertThat(sequences).containsExactly(new int[] {bos, 11, 12}, new int[] {bos, 13, 14});
  }

  @Test
  void eachDocumentStartsWithBosWhereAsked() {
    SequencePacker packer = packer(3, Bos.EACH, "none", 100);
    packer.add(new int[] {11});
    packer.add(new int[] {12, 13, 14});
    int bos = tokenizer.bos("test")[0];
    assertThat(sequences).containsExactly(new int[] {bos, 11, bos}, new int[] {12, 13, 14});
  }

  @Test
  void nothingIsMadeBeyondTheLimit() {
    SequencePacker packer = packer(2, Bos.NONE, "none", 2);
    packer.add(new int[] {1, 2, 3, 4, 5, 6, 7, 8});
    assertThat(sequences).hasSize(2);
    assertThat(packer.full()).isTrue();
    assertThat(packer.droppedTokens()).isEqualTo(4);
  }

  @Test
  void documentWithoutTokensIsCountedAndAddsNoSeparator() {
    SequencePacker packer = packer(2, Bos.NONE, "eos", 10);
    packer.add(new int[0]);
    packer.add(new int[] {1, 2});
    assertThat(packer.emptyDocuments()).isEqualTo(1);
    assertThat(sequences).containsExactly(new int[] {1, 2});
  }

  @Test
  void separatorThatIsNoSingleTokenIsRefused() {
    assertThatThrownBy(() -> packer(4, Bos.NONE, "two words", 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--separator 'two words'");
  }
}
