package dev.mixtune.cli.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.OwnedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peak memory against allocations whose size is known. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class MemoryProbeTest {
  private static final long MEBIBYTE = 1 << 20;
  private static final Map<String, Tensor> INPUTS =
      Map.of("x", new Tensor.Floats(new float[] {1, 2, 3}, new long[] {1, 3}));

  @TempDir Path folder;

  private OptionalLong peak(String model) throws IOException {
    return new MemoryProbe(
            new WorkerLauncher(
                MemoryProbe.fixedHeap(INPUTS), FaultyWorker.class.getName(), List.of()),
            new OwnedFiles(folder))
        .peakBytes(Path.of(model), 1, INPUTS);
  }

  /** Classes that are loaded meanwhile count too: less than 4 MiB of them. */
  @Test
  void itIsWhatTheModelTakesAtMost() throws IOException {
    assumeTrue(Files.isWritable(Path.of("/proc/self/clear_refs")), "no high-water mark here");
    long little = peak("square").orElseThrow();
    long much = peak("take-32").orElseThrow();
    assertThat(little).isBetween(0L, 4 * MEBIBYTE);
    // Run twice: the first allocation may still be there when the second one is made.
    assertThat(much).isBetween(32 * MEBIBYTE, 2 * 32 * MEBIBYTE + 4 * MEBIBYTE);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aModelThatDoesNotRunHasNone() throws IOException {
    assertThat(peak("abort")).isEmpty();
  }

  @Test
  void theHeapIsLargeEnoughForTheInputs() {
    Tensor large = new Tensor.Floats(new float[4 << 20], new long[] {1, 4 << 20});
    assertThat(MemoryProbe.fixedHeap(INPUTS)).contains("-Xms64m", "-Xmx64m");
    assertThat(MemoryProbe.fixedHeap(Map.of("x", large))).contains("-Xms320m", "-Xmx320m");
  }

  @Test
  void theMarkIsSetAndReadAsLinuxWritesIt() throws IOException {
    Path status = folder.resolve("status");
    Files.writeString(status, "Name:\tjava\nVmHWM:\t  900000 kB\nVmRSS:\t   50000 kB\n");
    ResidentMemory counted = ResidentMemory.fromHere(folder).orElseThrow();
    assertThat(folder.resolve("clear_refs")).hasContent("5");
    Files.writeString(status, "Name:\tjava\nVmHWM:\t   60000 kB\nVmRSS:\t   55000 kB\n");
    assertThat(counted.peakBytes()).hasValue(10_000 * 1024);
  }

  @Test
  void whereLinuxIsNotNothingIsKnown() {
    assertThat(ResidentMemory.fromHere(folder.resolve("none"))).isEmpty();
  }
}
