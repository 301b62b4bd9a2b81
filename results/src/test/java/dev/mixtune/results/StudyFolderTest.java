package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyFolderTest {
  @TempDir Path folder;

  @Test
  void itCreatesItselfAndLeavesNothingBehind() throws IOException {
    StudyFolder study = new StudyFolder(folder.resolve("a/b")).create();
    assertThat(study.root()).isEmptyDirectory();
    assertThat(study.create()).isEqualTo(study);
  }

  @Test
  void aFolderThatCannotBeIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> new StudyFolder(file.resolve("study")).create())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("file")
        .hasMessageContaining("--out");
  }

  @Test
  void aFolderWithoutStudyIsRefused() throws IOException {
    StudyFolder study = new StudyFolder(folder);
    assertThatThrownBy(study::existing)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no study.db");
    Files.createFile(folder.resolve("study.db"));
    assertThat(study.existing()).isEqualTo(study);
  }

  @Test
  void filesAreReplacedWhole() throws IOException {
    Path file = folder.resolve("frontier.json");
    AtomicFile.write(file, "old");
    AtomicFile.write(file, "new");
    assertThat(file).hasContent("new");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    // A folder with content cannot be replaced by a file, whoever runs the test.
    Path target = Files.createDirectory(folder.resolve("frontier.json"));
    Path old = Files.writeString(target.resolve("old"), "old");
    assertThatThrownBy(() -> AtomicFile.write(target, "new"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("frontier.json");
    assertThat(old).hasContent("old");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(target);
    }
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("none/x"), "new"))
        .isInstanceOf(UserException.class);
  }

  @Test
  void aWriteThatCannotBeginLeavesTheOldFile() throws IOException {
    Path target = Files.writeString(folder.resolve("chosen.json"), "old");
    String temporary =
        ".chosen.json."
            + ProcessHandle.current().pid()
            + "."
            + Thread.currentThread().getId()
            + ".tmp";
    Path blocker = Files.createDirectory(folder.resolve(temporary));
    Files.createFile(blocker.resolve("keeps the folder"));
    assertThatThrownBy(() -> AtomicFile.write(target, "new")).isInstanceOf(UserException.class);
    assertThat(target).hasContent("old");
  }
}
