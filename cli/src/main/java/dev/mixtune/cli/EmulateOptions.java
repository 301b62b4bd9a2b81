package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.emulation.EmulatedDevice;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code tune profile --emulate}, as typed. */
final class EmulateOptions {
  private static final int USUAL_SAMPLES = 32;

  @Option(
      names = "--emulate",
      paramLabel = "DEVICE",
      completionCandidates = Devices.class,
      description =
          "Make the profile of a device (${COMPLETION-CANDIDATES}) from the instructions that the"
              + " kernels execute under emulation. hardware-profiles/emulation/install installs"
              + " what it needs.")
  @Nullable String device;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "The folder that the install script filled. Default: in the cache.")
  @Nullable Path root;

  @Option(
      names = "--counts",
      paramLabel = "FILE",
      description = "Keep the counts here, and go on with them. Default: in the cache.")
  @Nullable Path counts;

  @Option(
      names = "--check",
      paramLabel = "FILE.onnx",
      description =
          "Instead of making a profile, compare this file's answers under emulation with those of"
              + " this machine, on samples of --task.")
  @Nullable Path check;

  @Option(
      names = "--task",
      paramLabel = "FILE",
      description = "The task whose samples --check takes. Default: the example.")
  @Nullable Path task;

  @Option(names = "--samples", paramLabel = "N", description = "Samples of --check. Default: 32.")
  @Nullable Integer samples;

  /** The names that --emulate takes, for its help. */
  static final class Devices implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return EmulatedDevice.ids().iterator();
    }
  }

  /** Samples that --check takes. */
  int checkedSamples() {
    return samples == null ? USUAL_SAMPLES : Math.max(1, samples);
  }

  /**
   * Fails on options that would be ignored.
   *
   * @param profile the other options of the command
   * @throws UserException when some do not belong to what is asked for
   */
  void check(ProfileOptions profile) {
    if (device == null) {
      refuse(
          "say nothing without --emulate",
          "Name a device, such as --emulate pixel8, or leave them out.",
          given("--root", root != null),
          given("--counts", counts != null),
          given("--check", check != null),
          given("--task", task != null),
          given("--samples", samples != null));
      return;
    }
    refuse(
        "do not go with --emulate, which measures nothing on this machine",
        "Leave them out, or leave out --emulate.",
        given("--quick", profile.quick),
        given("--budget", profile.budget != null),
        given("--threads", profile.threads != 1),
        given("--bundle", profile.bundle != null),
        given("--import", profile.imported != null),
        given("--name", profile.name != null));
    if (check == null) {
      refuse(
          "say nothing without --check",
          "Name the file whose answers to compare with --check, or leave them out.",
          given("--task", task != null),
          given("--samples", samples != null));
    } else {
      refuse(
          "do not go with --check, which makes no profile",
          "Leave them out, or leave out --check.",
          given("--out", profile.out != null),
          given("--counts", counts != null));
    }
  }

  private static Optional<String> given(String name, boolean isGiven) {
    return isGiven ? Optional.of(name) : Optional.empty();
  }

  @SafeVarargs
  private static void refuse(String problem, String wayOut, Optional<String>... given) {
    String names = Arrays.stream(given).flatMap(Optional::stream).collect(Collectors.joining(", "));
    if (!names.isEmpty()) {
      throw new UserException(names + " " + problem, wayOut);
    }
  }
}
