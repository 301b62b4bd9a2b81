package dev.mixtune.hardware.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.probe.ProbeGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmulatorTest {
  @TempDir Path folder;

  @Test
  void whatIsMissingIsNamedWithTheCommandThatInstallsIt() throws IOException {
    assertThatThrownBy(() -> find("/nowhere"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("qemu-aarch64 is not on the PATH")
        .hasMessageContaining("hardware-profiles/emulation/install");
    Path program = Files.createFile(folder.resolve("qemu-aarch64"));
    assumeTrue(program.toFile().setExecutable(true), "no executable files here");
    assertThatThrownBy(() -> find(folder.toString()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("bin/java' does not exist")
        .hasMessageContaining("hardware-profiles/emulation/install");
  }

  private Emulator find(String searchPath) {
    return Emulator.find(EmulatedDevice.PIXEL8, folder.resolve("root"), folder, searchPath);
  }

  @Test
  void devicesHaveNames() {
    assertThat(EmulatedDevice.named("pixel8")).isEqualTo(EmulatedDevice.PIXEL8);
    assertThatThrownBy(() -> EmulatedDevice.named("pixel9"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("pixel8, pixel8-a715, pixel8-a510, raspberrypi5");
  }

  /** A phone's cores are one machine to the emulation: one installation, one table of counts. */
  @Test
  void coresOfOnePhoneShareTheMachine() {
    for (String name : List.of("pixel8", "pixel8-a715", "pixel8-a510")) {
      EmulatedDevice device = EmulatedDevice.named(name);
      assertThat(device.id()).isEqualTo(name);
      assertThat(device.machine()).isEqualTo("pixel8");
      assertThat(device.processor()).isEqualTo("max,sme=off,sve=off");
      assertThat(device.evidence()).isEqualTo("pixel8-counts.csv");
    }
    assertThat(EmulatedDevice.named("raspberrypi5").machine()).isEqualTo("raspberrypi5");
  }

  /** 64 rows x 64 x 32 products by FMLA of four: no more, and hardly any others. */
  @Test
  @Tag("long")
  void aProductExecutesItsMultiplies() throws IOException {
    Path home = Path.of(System.getProperty("user.home"), ".cache", "mixtune");
    Path root = home.resolve("emulation");
    assumeTrue(Files.exists(root.resolve("instruction-mix.so")), "no emulation installed");
    Emulator emulator = Emulator.find(EmulatedDevice.PIXEL8, root, home, System.getenv("PATH"));
    ProbeGraph graph = new ProbeGraph(1);
    graph.output(graph.matmul(graph.input(64, 64), 64, 32), false);
    Path model = Files.write(folder.resolve("m.onnx"), graph.bytes());
    InstructionMix mix = emulator.count(List.of(new Emulator.Work(model, 1, 1)), folder).get(0);
    assertThat(mix.fmla() * 4).isBetween(64 * 64 * 32.0, 1.05 * 64 * 64 * 32);
    assertThat(mix.dot() + mix.matrix()).isZero();
  }
}
