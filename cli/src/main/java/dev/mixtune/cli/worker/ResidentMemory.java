package dev.mixtune.cli.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** This process's resident memory, as Linux counts it; elsewhere nothing is known. */
final class ResidentMemory {
  private static final String NOW = "VmRSS:";
  private static final String MOST = "VmHWM:";

  /** Sets the high-water mark to what is resident now: proc(5). */
  private static final String RESET_MARK = "5";

  private final Path process;
  private final long before;

  private ResidentMemory(Path process, long before) {
    this.process = process;
    this.before = before;
  }

  /** Counts from here; empty where the high-water mark cannot be set to what is resident now. */
  static Optional<ResidentMemory> fromHere(Path process) {
    try {
      Files.writeString(process.resolve("clear_refs"), RESET_MARK);
      OptionalLong now = bytes(process, NOW);
      return now.isPresent()
          ? Optional.of(new ResidentMemory(process, now.getAsLong()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The most that was resident since, above what was resident then. */
  OptionalLong peakBytes() throws IOException {
    OptionalLong most = bytes(process, MOST);
    return most.isPresent()
        ? OptionalLong.of(Math.max(0, most.getAsLong() - before))
        : OptionalLong.empty();
  }

  private static OptionalLong bytes(Path process, String name) throws IOException {
    try (Stream<String> lines = Files.lines(process.resolve("status"))) {
      return lines
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst();
    }
  }
}
