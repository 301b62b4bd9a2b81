package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Basis;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierJson;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.search.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnergyStudyTest {
  @TempDir Path temp;

  private Tune run(String target, Path out) throws IOException {
    return Tune.run(
        "--task",
        SmallTask.in(temp).toString(),
        "--target",
        target,
        "--max-drop",
        "5%",
        "--objectives",
        "accuracy,latency,size,energy",
        "--max-evaluations",
        "16",
        "--out",
        out.toString());
  }

  @Test
  void everyPointSaysItsModelledEnergy() throws IOException {
    Path out = temp.resolve("study");

    Tune tune = run("raspberrypi5", out);

    assertThat(tune.err()).isEmpty();
    assertThat(tune.out()).contains("energy, modelled and never measured");
    Frontier frontier = FrontierJson.read(out.resolve("frontier.json"));
    for (FrontierPoint point : frontier.points()) {
      FrontierPoint.EnergyFacts energy = Objects.requireNonNull(point.energy());
      assertThat(energy.basis()).isEqualTo(Basis.MODELLED);
    }
    // On this core float kernels execute more, and move four times the bytes.
    assertThat(frontier.uniforms())
        .filteredOn(point -> Objects.equals(point.uniform(), 8))
        .singleElement()
        .satisfies(
            point -> assertThat(Objects.requireNonNull(point.energy()).ratio()).isLessThan(1));
    assertThat(Objects.requireNonNull(frontier.hypervolume()).objectives())
        .containsExactly(
            Objective.ACCURACY.id(),
            Objective.LATENCY.id(),
            Objective.SIZE.id(),
            Objective.ENERGY.id());
    assertThat(Files.readAllLines(out.resolve("frontier.csv")).get(0))
        .contains("modelled_share,energy_mj,energy_ratio,energy_basis,bits:");
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("Energy of one inference")
        .contains("Energy was measured nowhere");
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "host-x86-avx512vnni"})
  void aTargetThatDoesNotModelItIsRefusedInOneLine(String target) throws IOException {
    Tune tune = run(target, temp.resolve("none"));

    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(List.of(tune.err().strip().split("\n")))
        .singleElement()
        .asString()
        .contains("energy", "pixel8");
    assertThat(temp.resolve("none")).doesNotExist();
  }
}
