package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.evaluators.Curvature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SensitivityMethodTest {
  @TempDir Path home;

  private Surroundings around() {
    return new Surroundings(
        home,
        Path.of("target", "natives"),
        Clock.systemUTC(),
        System.out,
        System.err,
        /* terminal= */ false,
        new AtomicBoolean());
  }

  private RunOptions options() throws IOException {
    RunOptions options = new RunOptions();
    options.task = SmallTask.in(home);
    return options;
  }

  private void script(String lines) throws IOException {
    Path script = Files.createDirectories(home.resolve("training")).resolve("curvature");
    Files.writeString(script, "#!/bin/sh\n" + lines + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void anUnknownOneIsRefused() throws IOException {
    Tune tune =
        Tune.run("analyze", "--task", SmallTask.in(home).toString(), "--sensitivity", "guess");
    assertThat(tune.exitCode()).isEqualTo(2);
    assertThat(tune.err()).contains("'guess'", "kl, sqnr, fisher, hessian");
  }

  @Test
  void withoutTheModuleTheWayOutIsTold() {
    assertThatThrownBy(
            () -> new GradientProcess(around(), options()).curvature(SensitivityMethod.FISHER, 8))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("training/curvature")
        .hasMessageContaining("--sensitivity kl");
  }

  @Test
  void theProcessIsToldWhatIsWantedAndItsFileIsRead() throws IOException {
    script(
        """
        echo "$@" > "$(dirname "$0")/asked"
        while [ "$1" != --out ]; do shift; done
        echo '{"method":"hessian","samples":8}' > "$2"
        echo '{"name":"a","weights":4,"trace":2.5}' >> "$2"
        """);
    Curvature curvature =
        new GradientProcess(around(), options()).curvature(SensitivityMethod.HESSIAN, 8);

    assertThat(curvature)
        .isEqualTo(new Curvature("hessian", 8, List.of(Curvature.OfLayer.ofTrace("a", 4, 2.5))));
    assertThat(home.resolve("training/asked"))
        .content()
        .contains("small.yaml", "--method hessian", "--samples 8", "--seed 1");
  }

  @Test
  void whatTheProcessRefusesIsRefusedHere() throws IOException {
    script("echo \"no gradient: node 'x' of type Sin\" >&2; exit 2");
    assertThatThrownBy(
            () -> new GradientProcess(around(), options()).curvature(SensitivityMethod.FISHER, 8))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("node 'x' of type Sin");
  }

  /**
   * Rounded weights are few in each channel, and none is farther than the widest step from float.
   */
  @Test
  void errorsAreThoseOfTheWeightsThatCandidatesHave() throws IOException {
    RunOptions options = options();
    try (Workbench bench = Workbench.open(options, around())) {
      bench.calibrateQuickly(1);
      RoundingErrors errors = new RoundingErrors(bench);
      Layer layer = bench.network().layers().get(1);
      float[] weights = bench.prepared().rounded().library().weights(layer);
      float[] narrow = errors.of(layer, Scheme.W2A8);
      ChannelLayout layout = ChannelLayout.of(layer, /* transposed= */ false);
      for (int channel = 0; channel < layout.channels(); channel++) {
        Set<Long> values = new HashSet<>();
        for (int k = 0; k < layout.perChannel(); k++) {
          int at = layout.position(channel, k);
          values.add(Math.round((weights[at] + narrow[at]) * 1e5));
        }
        assertThat(values).hasSizeLessThanOrEqualTo(4);
      }
      float[] half = errors.of(layer, Scheme.F16);
      for (int i = 0; i < half.length; i++) {
        assertThat((double) half[i]).isCloseTo(0, within(Math.abs(weights[i]) / 2048.0 + 1e-7));
      }
    }
  }

  /** A weight of 0 that was rounded to something errs by it in the equalized network only. */
  @Test
  void errorsOfEqualizedChannelsAreTakenBackForZerosToo() {
    float[] before = {0f, 2f, -0.5f};
    float[] after = {0.25f, 2.5f, -0.5f};
    float[] factors = {4f, 4f, 0.5f};

    assertThat(RoundingErrors.asRead(after, before, factors)).containsExactly(0.0625f, 0.125f, 0f);
    assertThat(RoundingErrors.asRead(after, before, null)).containsExactly(0.25f, 0.5f, 0f);
  }

  @Test
  void theTableHoldsWhatTheAnalyserSays() throws IOException {
    Path task = SmallTask.in(home);
    Tune tune =
        Tune.run(
            "analyze",
            "--task",
            task.toString(),
            "--bits",
            "8",
            "--sensitivity",
            "sqnr",
            "--out",
            home.resolve("out").toString());
    assertThat(tune.err()).isEmpty();
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out()).contains("damage by sqnr");
  }
}
