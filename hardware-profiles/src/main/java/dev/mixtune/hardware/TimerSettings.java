package dev.mixtune.hardware;

/**
 * When a {@link HostTimer} stops.
 *
 * @param relativeError wanted half width of the ratio's interval, as a fraction of the ratio
 * @param confidence of that interval, 0..1
 * @param capNanos time that one block may spend inside runs; passed only to finish the fewest pairs
 *     that have an interval at all
 * @param warmUpPairs runs of both models that are not counted
 * @param leastPairs pairs before the interval is looked at
 * @param driftLimit a block is measured again when the float model's median moved by more than this
 *     fraction between its halves
 * @param mostBlocks blocks at most, at least 1
 */
public record TimerSettings(
    double relativeError,
    double confidence,
    long capNanos,
    int warmUpPairs,
    int leastPairs,
    double driftLimit,
    int mostBlocks) {

  /** 1 % at 95 % confidence, 2 seconds a block, 3 blocks at most. */
  public static final TimerSettings DEFAULT =
      new TimerSettings(0.01, 0.95, 2_000_000_000L, 5, 20, 0.05, 3);

  public TimerSettings {
    if (!(relativeError > 0)
        || !(confidence > 0 && confidence < 1)
        || capNanos <= 0
        || warmUpPairs < 0
        || leastPairs < 1
        || !(driftLimit > 0)
        || mostBlocks < 1) {
      throw new IllegalArgumentException(
          String.format(
              "relativeError %s, confidence %s, capNanos %s, warmUpPairs %s, leastPairs %s,"
                  + " driftLimit %s, mostBlocks %s",
              relativeError,
              confidence,
              capNanos,
              warmUpPairs,
              leastPairs,
              driftLimit,
              mostBlocks));
    }
  }

  /** These settings with another time cap. */
  public TimerSettings withCapNanos(long nanos) {
    return new TimerSettings(
        relativeError, confidence, nanos, warmUpPairs, leastPairs, driftLimit, mostBlocks);
  }

  /** These settings with another wanted relative error. */
  public TimerSettings withRelativeError(double error) {
    return new TimerSettings(
        error, confidence, capNanos, warmUpPairs, leastPairs, driftLimit, mostBlocks);
  }
}
