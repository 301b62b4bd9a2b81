package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folders of the training program's builds, with a stand-in for Maven. */
class TrainingBuildTest {
  @TempDir Path root;

  @BeforeEach
  void anEmptySourceTree() throws IOException, InterruptedException {
    assumeThat(exitCode("command -v flock")).isZero();
    for (String module : List.of("engine", "evaluators", "search", "results")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
    }
    Files.createDirectories(root.resolve("hardware-profiles/src/main"));
    Files.createDirectories(root.resolve("hardware-profiles/profiles"));
    Files.createDirectories(root.resolve("training/src/main"));
    Files.writeString(root.resolve("pom.xml"), "");
    Files.writeString(root.resolve("training/pom.xml"), "");
    Files.copy(Tune.ROOT.resolve("training/build"), root.resolve("training/build"));
    Path maven = Files.createDirectories(root.resolve("bin")).resolve("mvn");
    Files.writeString(maven, "#!/bin/sh\nmkdir -p training/target/classes\n");
    assertThat(maven.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void aBuildRemovesTheUnusedFoldersOfItsOwnLibrariesOnly() throws Exception {
    build("cpu");
    build("cu128");
    List<String> both = folders();

    assertThat(both).hasSize(2);
    build("cpu");
    assertThat(folders()).as("nothing changed").isEqualTo(both);

    Files.setLastModifiedTime(
        root.resolve("pom.xml"), FileTime.from(Instant.now().plus(Duration.ofHours(1))));
    build("cpu");

    assertThat(folders()).hasSize(2).isNotEqualTo(both).contains(both.get(1));
    assertThat(both.get(1)).startsWith("run-cu128-");
  }

  private void build(String libraries) throws IOException, InterruptedException {
    String script =
        "set -euo pipefail; export PATH=\"$root/bin:$PATH\" MIXTUNE_TORCH="
            + libraries
            + "; . \"$root/training/build\"";
    assertThat(exitCode(script)).isZero();
  }

  private int exitCode(String script) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("root", root.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    return process.waitFor();
  }

  private List<String> folders() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("training/target"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("run-") && !name.endsWith(".folder"))
          .sorted()
          .toList();
    }
  }
}
