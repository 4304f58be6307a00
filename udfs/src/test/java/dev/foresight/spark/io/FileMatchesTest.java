package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a location names: files as they are called before anything is read as a pattern. */
class FileMatchesTest {
  private final Configuration conf = LocalFiles.use(new Configuration());

  @TempDir private Path folder;

  private void put(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
  }

  private FileMatches matches(String pattern) throws IOException {
    return FileMatches.of(folder + "/" + pattern, conf);
  }

  private List<String> names(String pattern) throws IOException {
    String root = folder.toRealPath().toString();
    return matches(pattern).found().stream()
        .map(status -> Path.of(root).relativize(Path.of(status.getPath().toUri().getPath())))
        .map(Path::toString)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"part[1].jsonl", "a*b", "a?b", "{a,b}", "a:b", "a\\b", "été 100%", "[", "{"})
  void fileOfThisVeryNameIsMeantWhateverSignsAreInIt(String name) throws IOException {
    put("corpus/" + name, "corpus/part1.jsonl", "corpus/aXb", "corpus/a");
    assertThat(names("corpus/" + name)).containsExactly("corpus/" + name);
    assertThat(FileMatches.exists(folder + "/corpus/" + name, conf)).isTrue();
  }

  @Test
  void rootIsTheFolderOfAFileAndAFolderItself() throws IOException {
    put("corpus/a/x.txt");
    assertThat(matches("corpus/a/x.txt").root().getName()).isEqualTo("a");
    assertThat(matches("corpus/a").root().getName()).isEqualTo("a");
    assertThat(names("corpus/a")).containsExactly("corpus/a");
    assertThat(matches("corpus/*/x.txt").root().getName()).isEqualTo("corpus");
  }

  @Test
  void patternsMeanWhatTheShellMeans() throws IOException {
    put("a1.txt", "a2.txt", "a10.txt", "b1.txt", "c/a1.txt");
    assertThat(names("a?.txt")).containsExactly("a1.txt", "a2.txt");
    assertThat(names("a*.txt")).containsExactly("a1.txt", "a10.txt", "a2.txt");
    assertThat(names("[ab]1.txt")).containsExactly("a1.txt", "b1.txt");
    assertThat(names("[^a]1.txt")).containsExactly("b1.txt");
    assertThat(names("{b1,a2}.txt")).containsExactly("a2.txt", "b1.txt");
    assertThat(names("*/a1.txt")).containsExactly("c/a1.txt");
    assertThat(names("*/*/a1.txt")).isEmpty();
  }

  @Test
  void bracesMayHoldASlashAndMatchesComeOnce() throws IOException {
    put("a/1.txt", "b/2.txt", "b/3.txt");
    assertThat(names("{a/1,b/*}.txt")).containsExactly("a/1.txt", "b/2.txt", "b/3.txt");
    assertThat(names("{a,*}/1.txt")).containsExactly("a/1.txt");
  }

  @Test
  void hiddenFilesMatchOnlyPatternsThatBeginLikeThem() throws IOException {
    put("x/.hidden", "x/_SUCCESS", "x/seen");
    assertThat(names("x/*")).containsExactly("x/seen");
    assertThat(names("x/.*")).containsExactly("x/.hidden");
    assertThat(names("x/_*")).containsExactly("x/_SUCCESS");
    assertThat(names("x/_SUCCESS")).containsExactly("x/_SUCCESS");
  }

  @Test
  void folderIsNotLookedIntoForAFileOfItsPatternAlone() throws IOException {
    put("a/x.txt", "ab");
    assertThat(names("a*")).containsExactly("a", "ab");
    assertThat(names("a*/x.txt")).as("a file has no files").containsExactly("a/x.txt");
  }

  @Test
  void whatIsNotThereAndNoPatternIsNothing() throws IOException {
    assertThat(names("nowhere")).isEmpty();
    assertThat(names("nowhere/*.txt")).isEmpty();
    assertThat(FileMatches.exists(folder + "/nowhere", conf)).isFalse();
    assertThat(FileMatches.exists(folder + "/*", conf)).as("a pattern is no name").isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[a", "x{a"})
  void unclosedPatternIsRefused(String pattern) throws IOException {
    put("c/a");
    assertThatThrownBy(() -> matches("c/" + pattern))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "There is no " + folder + "/c/" + pattern + ", and it is no glob either")
        .hasMessageEndingWith("check the path.");
  }
}
