package dev.mixtune.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code tune profile --emulate}, as typed. */
final class EmulateOptions {
  @Option(
      names = "--emulate",
      paramLabel = "DEVICE",
      description =
          "Make the profile of pixel8 or raspberrypi5 from the instructions that the kernels execute"
              + " under emulation. hardware-profiles/emulation/install installs what it needs.")
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
  int samples = 32;
}
