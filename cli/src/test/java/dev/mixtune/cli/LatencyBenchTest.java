package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.Targets;
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
            "--profile",
            "generic-arm64",
            "--out",
            out.toString());

    assertThat(tune.exitCode()).as(tune.err()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out())
        .contains(
            "**predicted**",
            "sum over layers",
            "leave-one-out",
            "timed again",
            "| profile 'generic-arm64' |",
            "without a run of the network");
    assertThat(Files.readString(out.resolve("latency.md"))).startsWith("| network |");
    try (var files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.endsWith(".svg"))
          .anyMatch(name -> name.endsWith(".csv"));
    }
  }

  /** A sum of one, two and three equal kernels: whatever one costs, the ratios are known. */
  @Test
  void aProfileIsJudgedByRatiosAlone() {
    ProfileTarget target = (ProfileTarget) new Targets(Workbench.hostFacts()).find("generic-arm64");
    KernelUse one =
        new KernelUse(KernelUse.Op.CONV, Arithmetic.FLOAT, 32, "c", 1 << 20, 4096, 4096, 256);
    List<KernelUse> twice = List.of(one, one);

    ProfileTrial trial =
        ProfileTrial.of(
            target,
            twice,
            List.of(
                new LatencyTrial.Timed("half", List.of(one), 0.5),
                new LatencyTrial.Timed("same", twice, 1.0),
                new LatencyTrial.Timed("more", List.of(one, one, one), 1.2)));

    assertThat(trial.ratios().get(0)).isCloseTo(0.5, within(1e-9));
    assertThat(trial.ratios().get(2)).isCloseTo(1.5, within(1e-9));
    assertThat(trial.error().median()).isCloseTo(0, within(1e-9));
    assertThat(trial.error().rankCorrelation()).isEqualTo(1);
    assertThat(trial.meetsTargets()).isTrue();
    assertThat(trial.sentence(2 * trial.floatMillis())).contains("50 % less than measured", "met");
  }

  @Test
  void theHostIsNoProfile() {
    Tune tune = Tune.run("bench", "latency", "--profile", "host");

    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("--profile host is no profile");
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
