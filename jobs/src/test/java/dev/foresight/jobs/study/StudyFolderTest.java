package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.LocalFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study's folder from run to run: what is gone on with, and what a refused run leaves. */
class StudyFolderTest {
  private static final String CELL = "cells/" + "0".repeat(32) + ".json";

  private final Configuration conf = LocalFiles.use(new Configuration());

  @TempDir private Path temporary;
  private Path root;

  @BeforeEach
  void name() throws IOException {
    root = temporary.toRealPath().resolve("study");
  }

  private StudyFolder open(boolean overwrite, boolean extend) throws IOException {
    return StudyFolder.open(
        new Footprint()
            .writesFolder("--out", root.toString(), FolderKind.STUDY, overwrite)
            .folder("--out", conf),
        extend);
  }

  private void put(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{}");
  }

  /** A study that was killed behind its first cell. */
  private void beginAndStop() throws IOException {
    open(false, false);
    put(CELL);
    put("_temporary/variants/0/model.safetensors");
  }

  private void finish() throws IOException {
    beginAndStop();
    put("study.json");
    put("_SUCCESS");
  }

  @Test
  void newStudyIsMarkedBeforeAnythingElse() throws IOException {
    StudyFolder folder = open(false, false);
    assertThat(root.resolve("foresight.json")).content().contains("\"STUDY\"");
    assertThat(folder.location()).isEqualTo("file:" + root);
    assertThat(folder.work("states/x")).isEqualTo("file:" + root + "/_temporary/states/x");
  }

  @Test
  void killedStudyIsGoneOnWithUnasked() throws IOException {
    beginAndStop();
    open(false, false);
    assertThat(root.resolve(CELL)).exists();
  }

  @Test
  void finishedStudyIsRefusedWithBothWaysOut() throws IOException {
    finish();
    assertThatThrownBy(() -> open(false, false))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "file:%s holds a finished study: choose another --out, or pass --extend to add to it, or --overwrite to begin anew."
                .formatted(root));
    assertThat(root.resolve("_SUCCESS")).exists();
  }

  /** Else somebody would read it while it is neither the old nor the new one. */
  @Test
  void extendedStudyIsUnfinishedUntilItEndsAndKeepsItsCells() throws IOException {
    finish();
    open(false, true);
    assertThat(root.resolve("_SUCCESS")).doesNotExist();
    assertThat(root.resolve(CELL)).exists();
  }

  @Test
  void extensionOfWhatIsNotThereIsANewStudy() throws IOException {
    open(false, true);
    assertThat(root.resolve("foresight.json")).exists();
  }

  @Test
  void overwrittenStudyLosesItsCells() throws IOException {
    finish();
    open(true, false);
    assertThat(root.resolve("cells")).doesNotExist();
    assertThat(root.resolve("_SUCCESS")).doesNotExist();
    assertThat(root.resolve("foresight.json")).exists();
  }

  @Test
  void folderOfSomebodyElseIsNoStudy() throws IOException {
    put("notes.txt");
    for (boolean overwrite : new boolean[] {false, true}) {
      assertThatThrownBy(() -> open(overwrite, !overwrite))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "file:%s holds notes.txt and is no study that Foresight wrote: choose another --out, or empty it yourself. Nothing was touched."
                  .formatted(root));
    }
    assertThat(root.resolve("notes.txt")).exists();
  }

  @Test
  void refusedRunTakesANewStudyBack() throws IOException {
    StudyFolder folder = open(false, false);
    put("_temporary/states/x/00000.f32");
    folder.refuse();
    assertThat(root).doesNotExist();
  }

  @Test
  void refusedRunLeavesCellsThatAreFinishedButNoWork() throws IOException {
    StudyFolder folder = open(false, false);
    put(CELL);
    put("_temporary/states/x/00000.f32");
    folder.refuse();
    assertThat(root.resolve(CELL)).exists();
    assertThat(root.resolve("foresight.json")).exists();
    assertThat(root.resolve("_temporary")).doesNotExist();
  }

  @Test
  void refusedRunLeavesTheStudyThatItWouldHaveGoneOnWith() throws IOException {
    open(false, false);
    StudyFolder again = open(false, false);
    again.refuse();
    assertThat(root.resolve("foresight.json")).exists();
  }

  @Test
  void workThatIsDroppedIsGoneAndNothingElse() throws IOException {
    StudyFolder folder = open(false, false);
    put("_temporary/variants/0/a");
    put("_temporary/variants/1/a");
    folder.drop(folder.work("variants/0"));
    folder.drop(folder.work("variants/never"));
    assertThat(root.resolve("_temporary/variants/0")).doesNotExist();
    assertThat(root.resolve("_temporary/variants/1/a")).exists();
  }
}
