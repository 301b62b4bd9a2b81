package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code tune bench certificate}, as typed. */
final class CertificateBenchOptions {
  static final int USUAL_PLANS = 40;

  private static final int FEWEST_PLANS = 3;

  @Option(
      names = "--plans",
      paramLabel = "N",
      description =
          "Plans that certificate lets answer everything (default: 40); plans that latency predicts"
              + " unseen, per network (default: 200).")
  @Nullable Integer plans;

  @Option(
      names = "--trials",
      paramLabel = "N",
      description = "Random splits per setting of certificate. Default: 2000.")
  int trials = 2000;

  /** How many plans, for the benchmark that usually takes so many. */
  int plans(int usual) {
    return plans == null ? usual : plans;
  }

  /** Fails on values out of range. */
  void check() {
    if (plans(USUAL_PLANS) < FEWEST_PLANS || trials < 1) {
      throw new UserException(
          "--plans " + plans + ", --trials " + trials,
          "There are three uniform plans, and at least one trial.");
    }
  }
}
