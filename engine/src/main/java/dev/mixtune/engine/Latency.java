package dev.mixtune.engine;

/**
 * Time of one inference at the deployment batch.
 *
 * @param millis milliseconds per run
 * @param ratio against the float model on the same target, batch and threads
 * @param relativeError half width of the ratio's interval, as a fraction of the ratio; 0 when exact
 * @param basis where the figure comes from
 */
public record Latency(double millis, double ratio, double relativeError, Basis basis) {

  public Latency {
    if (!(millis > 0) || !(ratio > 0) || !(relativeError >= 0)) {
      throw new IllegalArgumentException(
          "latency " + millis + " ms, ratio " + ratio + ", relative error " + relativeError);
    }
  }
}
