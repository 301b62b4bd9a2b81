package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmulateTest {
  @TempDir Path folder;

  @Test
  void unknownDevicesAreRefusedWithTheKnownOnes() {
    Tune tune = Tune.run("profile", "--emulate", "pixel9", "--out", "p.json");
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("pixel9").contains("pixel8, raspberrypi5");
  }

  @Test
  void withoutAnEmulationOneLineNamesTheCommandThatInstallsIt() {
    Tune tune =
        Tune.run("profile", "--emulate", "pixel8", "--root", folder.toString(), "--out", "p.json");
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.USER);
    assertThat(tune.err()).contains("hardware-profiles/emulation/install " + folder);
    assertThat(tune.err().strip().lines()).hasSize(1);
  }

  @Test
  void shippedArmProfilesAreTargets() {
    Tune tune = Tune.run("targets");
    assertThat(tune.exitCode()).isEqualTo(ExitCodes.DONE);
    assertThat(tune.out()).contains("pixel8").contains("raspberrypi5");
  }
}
