package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmulateTest {
  @TempDir Path folder;

  @Test
  void unknownDevicesAreRefusedWithTheKnownOnes() {
    Tune tune = Tune.run("profile", "--emulate", "pixel9", "--out", "p.json");
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err())
        .contains("pixel9")
        .contains("pixel8, pixel8-a715, pixel8-a510, raspberrypi5");
  }

  @Test
  void withoutAnEmulationOneLineNamesTheCommandThatInstallsIt() {
    Tune tune =
        Tune.run("profile", "--emulate", "pixel8", "--root", folder.toString(), "--out", "p.json");
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("hardware-profiles/emulation/install " + folder);
    assertThat(tune.err().strip().lines()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--out p.json --check a.onnx                      | --check",
        "--out p.json --counts c.csv                      | --counts",
        "--out p.json --samples 32                        | --samples",
        "--out p.json --task t.yaml --root r              | --root, --task",
        "--emulate pixel8 --out p.json --quick            | --quick",
        "--emulate pixel8 --out p.json --budget 5m        | --budget",
        "--emulate pixel8 --out p.json --threads 4        | --threads",
        "--emulate pixel8 --bundle b                      | --bundle",
        "--emulate pixel8 --out p.json --import b         | --import",
        "--emulate pixel8 --out p.json --name phone       | --name",
        "--emulate pixel8 --out p.json --task t.yaml      | --task",
        "--emulate pixel8 --check a.onnx --out p.json     | --out",
      })
  void optionsThatWouldBeIgnoredAreRefused(String line, String named) {
    Tune tune = Tune.run(("profile " + line).split(" "));
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).startsWith("tune: " + named + " ");
    assertThat(tune.err().strip().lines()).hasSize(1);
  }

  @Test
  void shippedArmProfilesAreTargets() {
    Tune tune = Tune.run("targets");
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out()).contains("pixel8", "pixel8-a715", "pixel8-a510", "raspberrypi5");
  }
}
