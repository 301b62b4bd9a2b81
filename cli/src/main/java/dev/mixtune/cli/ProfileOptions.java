package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code tune profile}, as typed. */
final class ProfileOptions {
  private static final Duration QUICK = Duration.ofSeconds(150);
  private static final Duration FULL = Duration.ofMinutes(58);

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The profile, a .json file. Measurements are kept beside it.")
  @Nullable Path out;

  @Option(names = "--quick", description = "Three minutes at most instead of an hour.")
  boolean quick;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      description = "Measure this long, such as 5m. Called again, it goes on.")
  @Nullable String budget;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of each timed run. Default: 1.")
  int threads = 1;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "Write the models, and a script that times them on a phone by adb.")
  @Nullable Path bundle;

  @Option(
      names = "--import",
      paramLabel = "DIR",
      description = "Make a profile from what the script of --bundle brought back.")
  @Nullable Path imported;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the profile. Default: that of the file.")
  @Nullable String name;

  /**
   * Checks what belongs together.
   *
   * @throws UserException when something does not
   */
  void check() {
    if (threads < 1) {
      throw new UserException("--threads is " + threads, "Give a number of 1 or more.");
    }
    if (bundle != null && imported != null) {
      throw new UserException(
          "--bundle and --import exclude each other", "Bundle, run the script, then import.");
    }
    if (bundle == null && out == null) {
      throw new UserException(
          "there is no --out", "Name the profile's file, such as --out my-board.json.");
    }
    if (quick && budget != null) {
      throw new UserException("--quick and --budget exclude each other", "Give one of them.");
    }
    time();
  }

  /** How long to measure. */
  Duration time() {
    if (budget != null) {
      return Quantities.duration("--budget", budget);
    }
    return quick ? QUICK : FULL;
  }

  /** The profile's name. */
  String profileName() {
    if (name != null) {
      return name;
    }
    String file = out == null ? "device" : String.valueOf(out.getFileName());
    return file.endsWith(".json") ? file.substring(0, file.length() - ".json".length()) : file;
  }
}
