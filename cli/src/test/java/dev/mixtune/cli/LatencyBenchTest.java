package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

  /** Three layers with three kernels each: 27 mixes, three of them uniform. */
  @Test
  void aSmallNetworkKeepsHalfOfItsMixesToLearnFrom() {
    List<Scheme> kernels = List.of(Scheme.F32, Scheme.W8A8, Scheme.W4A8);
    KernelChoices choices =
        new KernelChoices(
            3, List.of(List.of(0), List.of(1), List.of(2)), List.of(kernels, kernels, kernels));

    Map<String, Plan> unseen = UnseenPlans.drawn(choices, 200, Plan::key, new Random(1));

    assertThat(unseen).hasSize(12);
    assertThat(unseen.values())
        .doesNotContain(Plan.uniform(3, Scheme.F32), Plan.uniform(3, Scheme.W8A8));
    assertThat(UnseenPlans.drawn(choices, 8, Plan::key, new Random(1))).hasSize(8);
  }

  @Test
  void aModelOfTooFewPlansIsRefused() {
    assertThatThrownBy(() -> LatencyTrial.requireFitted("tiny", 7))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("7 plans of 'tiny'")
        .hasMessageContaining("--fit-seconds");
    assertThatCode(() -> LatencyTrial.requireFitted("tiny", 8)).doesNotThrowAnyException();
  }

  @Test
  void tooFewPlansAreRefused() {
    Tune tune = Tune.run("bench", "latency", "--plans", "3");

    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(List.of(tune.err().split("\n"))).singleElement().asString().contains("--plans 3");
  }
}
