package dev.mixtune.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed process left in the temp folder is removed, and nothing else. */
class OwnedFilesTest {
  @TempDir Path folder;

  @Test
  void onlyFilesOfDeadProcessesAreSwept() throws Exception {
    OwnedFiles files = new OwnedFiles(folder);
    Process child = new ProcessBuilder("true").start();
    child.waitFor();
    Path own = Files.createFile(files.free(".onnx"));
    Path dead =
        Files.createFile(
            folder.resolve(
                own.getFileName()
                    .toString()
                    .replace("-" + ProcessHandle.current().pid() + "-", "-" + child.pid() + "-")));
    Path foreign = Files.createFile(folder.resolve("mixtune-notes.txt"));
    Path elsewhere = Files.createFile(folder.resolve("mixtune-1-" + child.pid() + "-0.onnx"));

    files.sweep();

    assertThat(dead).doesNotExist();
    assertThat(own).exists();
    assertThat(foreign).exists();
    assertThat(elsewhere).exists();
  }

  @Test
  void namesAreFree() throws IOException {
    OwnedFiles files = new OwnedFiles(folder);
    assertThat(files.free(".a")).isNotEqualTo(files.free(".a")).hasParentRaw(folder);
  }

  @Test
  void aFolderThatIsGoneIsNoHarm() {
    new OwnedFiles(folder.resolve("gone")).sweep();
    assertThat(folder).isEmptyDirectory();
  }
}
