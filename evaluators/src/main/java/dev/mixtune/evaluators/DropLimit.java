package dev.mixtune.evaluators;

/**
 * How much of the metric may be lost.
 *
 * @param maxDrop fraction above 0 and below 1: points of the metric, or of the float model's score
 * @param relative whether {@code maxDrop} is a share of the float model's score
 */
public record DropLimit(double maxDrop, boolean relative) {

  public DropLimit {
    if (!(maxDrop > 0 && maxDrop < 1)) {
      throw new IllegalArgumentException("max drop " + maxDrop);
    }
  }

  /**
   * The limit in points of the metric.
   *
   * @param reference the float model's score, 0..1, taken as known
   */
  public double absolute(double reference) {
    return relative ? maxDrop * reference : maxDrop;
  }
}
