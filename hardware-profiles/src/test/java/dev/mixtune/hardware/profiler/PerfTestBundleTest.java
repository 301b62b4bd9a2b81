package dev.mixtune.hardware.profiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileLatencyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PerfTestBundleTest {
  @TempDir Path folder;

  @Test
  void whatAPhoneAnswersBecomesAProfile() throws IOException {
    OrtRuntime runtime = OrtRuntime.start(Path.of("target", "natives"));
    Path bundle = folder.resolve("bundle");
    PerfTestBundle.write(runtime, new ChainGrid(2_000_000, 20).first(2 * ChainGrid.CYCLE), bundle);
    PerfTestBundle.Manifest manifest = manifest(bundle);
    assertThat(bundle.resolve("run.sh")).isExecutable();
    // A phone that runs half as fast after its first ten models.
    Random random = new Random(1);
    for (int i = 0; i < manifest.models().size(); i++) {
      PerfTestBundle.Item item = manifest.models().get(i);
      assertThat(bundle.resolve("models").resolve(item.file())).isRegularFile();
      double nanos = SyntheticDevice.observe(item.id(), item.kernels(), random).nanos();
      write(bundle, item.file(), (i < 10 ? 1 : 2) * nanos);
      if (i % 10 == 0) {
        write(bundle, String.format(Locale.ROOT, "anchor%03d", i / 10), i == 0 ? 1e5 : 2e5);
      }
    }
    Files.writeString(
        bundle.resolve("results/device.txt"),
        "device=A Phone, SoC\ncpus=100\nruntime=1.22.0\nthreads=1\ndate=2026-01-02\n");

    PerfTestBundle.Imported imported = PerfTestBundle.read(bundle, "phone");
    assertThat(imported.complaints()).isEmpty();
    Profile profile = ProfileMaker.of(imported.facts(), imported.observations());
    assertThat(profile.core()).isEqualTo("A Phone, SoC, cpus 100");
    assertThat(profile.runtime()).startsWith("ONNX Runtime 1.22.0");
    // Both halves of the models say the same once the anchor is taken into account.
    PerfTestBundle.Item first = manifest.models().get(0);
    PerfTestBundle.Item later = manifest.models().get(20);
    double scale = time(imported, first) / truth(first);
    assertThat(time(imported, later) / truth(later)).isCloseTo(scale, within(0.1 * scale));
    assertThat(new ProfileLatencyModel(profile).predict(first.kernels()).millis()).isPositive();
  }

  @Test
  void namesWhatItCouldNotRead() throws IOException {
    Path bundle = made(4);
    write(bundle, "anchor000", 1e5);
    for (int i = 0; i < 3; i++) {
      write(bundle, "m000" + i + ".onnx", 1e6);
    }
    Files.writeString(
        bundle.resolve("results/m0003.onnx.txt"), "CANNOT LINK EXECUTABLE: library not found\n");
    PerfTestBundle.Imported imported = PerfTestBundle.read(bundle, "phone");
    assertThat(imported.observations()).hasSize(3);
    assertThat(imported.complaints())
        .singleElement()
        .satisfies(
            complaint ->
                assertThat(complaint).contains("m0003.onnx.txt", "CANNOT LINK EXECUTABLE"));
  }

  @Test
  void withoutResultsItSaysWhatToRun() throws IOException {
    Path bundle = made(4);
    assertThatThrownBy(() -> PerfTestBundle.read(bundle, "phone"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no readable time of the anchor")
        .hasMessageContaining("run.sh");
    write(bundle, "anchor000", 1e5);
    write(bundle, "m0000.onnx", 1e6);
    assertThatThrownBy(() -> PerfTestBundle.read(bundle, "phone"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("1 of 4 models");
    assertThatThrownBy(() -> PerfTestBundle.read(folder.resolve("none"), "phone"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("is no bundle");
  }

  private Path made(int models) throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("made"));
    Files.createDirectories(bundle.resolve("results"));
    List<PerfTestBundle.Item> items =
        SyntheticDevice.observations(models, 4).stream()
            .map(o -> new PerfTestBundle.Item("", o.id(), o.kernels()))
            .toList();
    List<PerfTestBundle.Item> named =
        java.util.stream.IntStream.range(0, models)
            .mapToObj(
                i ->
                    new PerfTestBundle.Item(
                        "m000" + i + ".onnx", items.get(i).id(), items.get(i).kernels()))
            .toList();
    Files.writeString(
        bundle.resolve("manifest.json"),
        JsonMapper.builder().build().writeValueAsString(new PerfTestBundle.Manifest(1, named)));
    return bundle;
  }

  private static double time(PerfTestBundle.Imported imported, PerfTestBundle.Item item) {
    return imported.observations().stream()
        .filter(o -> o.id().equals(item.id()))
        .findFirst()
        .orElseThrow()
        .nanos();
  }

  private static double truth(PerfTestBundle.Item item) {
    return 5000 + item.kernels().stream().mapToDouble(SyntheticDevice::nanos).sum();
  }

  private static PerfTestBundle.Manifest manifest(Path bundle) throws IOException {
    return JsonMapper.builder()
        .build()
        .readValue(
            Files.readString(bundle.resolve("manifest.json")), PerfTestBundle.Manifest.class);
  }

  /** In the words of the program, with the figures that it prints in seconds. */
  private static void write(Path bundle, String name, double nanos) throws IOException {
    Files.createDirectories(bundle.resolve("results"));
    Files.writeString(
        bundle.resolve("results").resolve(name + ".txt"),
        PerfTestOutputTest.WITH_STATISTICS.replace(
            "P50 Latency: 0.00201 s",
            String.format(Locale.ROOT, "P50 Latency: %.9f s", nanos * 1e-9)));
  }
}
