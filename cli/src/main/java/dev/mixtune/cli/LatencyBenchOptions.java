package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code tune bench latency}, as typed. */
final class LatencyBenchOptions {
  static final int USUAL_PLANS = 200;
  private static final int FEWEST_PLANS = 20;

  @Option(
      names = "--fit-seconds",
      paramLabel = "S",
      description =
          "Seconds of measuring that latency fits its model to, per network. Default: 120.")
  int fitSeconds = 120;

  @Option(
      names = "--profile",
      paramLabel = "NAME|FILE",
      description =
          "A profile of this machine whose predictions of the same plans latency shows too.")
  @Nullable String profile;

  /**
   * Fails on values out of range.
   *
   * @param plans unseen plans per network
   */
  void check(int plans) {
    if (plans < FEWEST_PLANS || fitSeconds < 1) {
      throw new UserException(
          "--plans " + plans + ", --fit-seconds " + fitSeconds,
          "Take at least " + FEWEST_PLANS + " plans and 1 second.");
    }
  }

  /** The longest that measuring for the fit may take. */
  Duration fit() {
    return Duration.ofSeconds(fitSeconds);
  }
}
