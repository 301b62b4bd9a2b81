package dev.mixtune.training.tuning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What this process holds in memory, PyTorch's and ONNX Runtime's part included. */
final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double KIB_PER_MB = 1e6 / 1024;

  private ResidentMemory() {}

  /** A part of a line, such as {@code , 900 MB resident, 1200 MB at most}; empty elsewhere. */
  static String words() {
    OptionalLong now = kib("VmRSS:");
    OptionalLong peak = kib("VmHWM:");
    return now.isEmpty() || peak.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            ", %.0f MB resident, %.0f MB at most",
            now.getAsLong() / KIB_PER_MB,
            peak.getAsLong() / KIB_PER_MB);
  }

  private static OptionalLong kib(String name) {
    if (!Files.isReadable(STATUS)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      // Only a figure for the log: training goes on without it.
      return OptionalLong.empty();
    }
  }
}
