package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import picocli.CommandLine.Option;

/** Options of {@code tune bench certificate}, as typed. */
final class CertificateBenchOptions {
  private static final int FEWEST_PLANS = 3;

  @Option(
      names = "--plans",
      paramLabel = "N",
      description = "Plans that certificate lets answer everything. Default: 40.")
  int plans = 40;

  @Option(
      names = "--trials",
      paramLabel = "N",
      description = "Random splits per setting of certificate. Default: 2000.")
  int trials = 2000;

  /** Fails on values out of range. */
  void check() {
    if (plans < FEWEST_PLANS || trials < 1) {
      throw new UserException(
          "--plans " + plans + ", --trials " + trials,
          "There are three uniform plans, and at least one trial.");
    }
  }
}
