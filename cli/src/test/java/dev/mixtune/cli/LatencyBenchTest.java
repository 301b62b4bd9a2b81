package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyBenchTest {
  @TempDir Path temp;

  @Test
  void printsPredictionControlAndNoiseAndDrawsThem() throws IOException {
    Path out = temp.resolve("out");

    Tune tune =
        Tune.run(
            "bench",
            "latency",
            "--task",
            SmallTask.in(temp).toString(),
            "--fit-seconds",
            "2",
            "--plans",
            "20",
            "--out",
            out.toString());

    assertThat(tune.exitCode()).as(tune.err()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out())
        .contains("**predicted**", "sum over layers", "leave-one-out", "timed again");
    assertThat(Files.readString(out.resolve("latency.md"))).startsWith("| network |");
    try (var files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.endsWith(".svg"))
          .anyMatch(name -> name.endsWith(".csv"));
    }
  }

  @Test
  void tooFewPlansAreRefused() {
    Tune tune = Tune.run("bench", "latency", "--plans", "3");

    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(List.of(tune.err().split("\n"))).singleElement().asString().contains("--plans 3");
  }
}
