package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFactsTest {
  @TempDir Path folder;

  @Test
  void readsAnX86Server() throws IOException {
    HostFacts facts =
        read(
            """
            processor\t: 0
            model name\t: AMD EPYC
            flags\t\t: fpu avx2 avx512f avx512_vnni unrelated

            processor\t: 1
            model name\t: something else
            """,
            "amd64");
    assertThat(facts.cpuModel()).isEqualTo("AMD EPYC");
    assertThat(facts.flags()).containsExactly("avx2", "avx512_vnni", "avx512f");
    assertThat(facts.warning()).isEmpty();
    assertThat(facts.summary()).isEqualTo("AMD EPYC, 2 cores, avx2 avx512_vnni avx512f");
  }

  @Test
  void warnsAboutX86WithoutVnni() throws IOException {
    HostFacts facts = read("model name : Old\nflags : avx2 sse4_2\n", "amd64");
    assertThat(facts.warning())
        .hasValueSatisfying(text -> assertThat(text).contains("Old", "has no VNNI", "saturate"));
  }

  @Test
  void readsAnArmBoard() throws IOException {
    HostFacts facts = read("Features : fp asimd asimddp i8mm\nModel : A board\n", "aarch64");
    assertThat(facts.cpuModel()).isEqualTo("A board");
    assertThat(facts.flags()).containsExactly("asimddp", "i8mm");
    assertThat(facts.isX86()).isFalse();
    assertThat(facts.warning()).isEmpty();
  }

  @Test
  void knowsLittleWithoutCpuinfo() {
    Properties system = new Properties();
    HostFacts facts = HostFacts.read(folder.resolve("none"), system, 1);
    assertThat(facts.cpuModel()).isEqualTo("unknown");
    assertThat(facts.flagsKnown()).isFalse();
    assertThat(facts.warning()).isEmpty();
    assertThat(facts.summary()).isEqualTo("unknown, 1 core");

    system.setProperty("os.arch", "x86_64");
    assertThat(HostFacts.read(folder, system, 1).warning())
        .hasValueSatisfying(text -> assertThat(text).contains("does not tell"));
  }

  private HostFacts read(String cpuinfo, String arch) throws IOException {
    Properties system = new Properties();
    system.setProperty("os.arch", arch);
    system.setProperty("os.name", "Linux");
    system.setProperty("os.version", "6.1");
    system.setProperty("java.version", "17.0.1");
    return HostFacts.read(Files.writeString(folder.resolve("cpuinfo"), cpuinfo), system, 2);
  }

  @Test
  void readsTheGovernorWhereThereIsOne() throws IOException {
    Path file = Files.writeString(folder.resolve("scaling_governor"), "powersave\n");

    assertThat(HostFacts.governor(file)).contains("powersave");
    assertThat(HostFacts.governor(folder.resolve("missing"))).isEmpty();
  }
}
