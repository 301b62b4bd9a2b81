package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import picocli.CommandLine.Option;

/** Options of {@code tune bench equal-bits}, as typed. */
final class EqualBitsOptions {
  @Option(
      names = "--evaluations",
      paramLabel = "N",
      description =
          "Plans that equal-bits' search may evaluate per limit, sensitivities included. Default:"
              + " 500.")
  int evaluations = 500;

  @Option(
      names = "--direct",
      paramLabel = "N",
      description = "Plans that equal-bits' direct search evaluates per limit. Default: 2000.")
  int direct = 2000;

  @Option(
      names = "--unseen",
      paramLabel = "N",
      description = "Holdout samples that equal-bits judges by. Default: 1000.")
  int unseen = 1000;

  /** Fails on values out of range. */
  void check() {
    if (evaluations < 1 || direct < 1 || unseen < 1) {
      throw new UserException(
          "--evaluations " + evaluations + ", --direct " + direct + ", --unseen " + unseen,
          "All are at least 1.");
    }
  }
}
