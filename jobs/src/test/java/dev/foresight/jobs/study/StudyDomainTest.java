package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.jobs.Cli;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyDomainTest {
  private static Tokenizer tokenizer;

  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  @BeforeAll
  static void open() throws IOException {
    tokenizer = Tokenizer.open(new LocalModelFolder(Cli.TINY));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private void write(String... names) throws IOException {
    for (String name : names) {
      Files.writeString(folder.resolve(name), (name + " holds many words. ").repeat(20));
    }
  }

  private List<StudyDomain> read(int count, String... data) throws IOException {
    List<String> given = Arrays.stream(data).map(d -> d.replace("DIR", folder.toString())).toList();
    return StudyDomain.read(given, 8, count, tokenizer, conf);
  }

  @Test
  void domainIsNamedByItsFileUpToTheFirstDot() throws IOException {
    write("legal.v2.txt", "code.first.txt", "poems");
    assertThat(read(1, "DIR/*"))
        .extracting(StudyDomain::name)
        .containsExactly("code", "legal", "poems");
  }

  @Test
  void nameMayBeGivenAndThenAGlobIsOneDomain() throws IOException {
    write("a.txt", "b.txt", "c.txt");
    List<StudyDomain> domains = read(0, "all=DIR/[ab].txt", "DIR/c.txt");
    assertThat(domains).extracting(StudyDomain::name).containsExactly("all", "c");
    assertThat(domains.get(0).windows().length).isGreaterThan(domains.get(1).windows().length);
    assertThat(List.of(domains.get(1).windows())).allMatch(window -> window.length == 8);
  }

  /** A file may be called like a name and its file. */
  @Test
  void fileOfThisVeryNameIsMeantBeforeANameIsRead() throws IOException {
    write("x=y.txt");
    assertThat(read(1, "DIR/x=y.txt")).extracting(StudyDomain::name).containsExactly("x=y");
    assertThat(StudyDomain.location("code=a/b.txt")).isEqualTo("a/b.txt");
    assertThat(StudyDomain.location("a/b=c.txt")).isEqualTo("a/b=c.txt");
    assertThat(StudyDomain.location("a.txt")).isEqualTo("a.txt");
  }

  @Test
  void twoTextsOfOneNameAreRefused() throws IOException {
    write("a.txt", "a.md", "b.txt");
    assertThatThrownBy(() -> read(1, "DIR/a.*"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("--data names the domain a twice, for ")
        .hasMessageEndingWith("give one of them another name, as --data NAME=FILE.");
    assertThatThrownBy(() -> read(1, "DIR/b.txt", "b=DIR/a.txt"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("--data names the domain b twice");
  }

  @Test
  void textThatIsTooShortIsRefusedByItsDomain() throws IOException {
    Files.writeString(folder.resolve("short.txt"), "x");
    assertThatThrownBy(() -> read(1, "mine=DIR/short.txt"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("--data mine=" + folder + "/short.txt: ");
  }

  @Test
  void orderOfTheOptionsDoesNotMatter() throws IOException {
    write("a.txt", "b.txt");
    List<StudyDomain> one = read(2, "DIR/a.txt", "DIR/b.txt");
    List<StudyDomain> other = read(2, "DIR/b.txt", "DIR/a.txt");
    for (int d = 0; d < 2; d++) {
      assertThat(one.get(d).name()).isEqualTo(other.get(d).name());
      assertThat(one.get(d).sha256()).isEqualTo(other.get(d).sha256());
      assertThat(one.get(d).windows()).isDeepEqualTo(other.get(d).windows());
    }
  }
}
