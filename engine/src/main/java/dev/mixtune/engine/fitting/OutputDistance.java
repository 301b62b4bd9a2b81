package dev.mixtune.engine.fitting;

import java.util.List;

/** Distance of a network's outputs from the float network's. */
final class OutputDistance {
  private final List<float[]> wanted;
  private final double variance;

  /**
   * @param wanted the float network's outputs; values that are not finite do not count
   */
  OutputDistance(List<float[]> wanted) {
    this.wanted = wanted;
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (float[] values : wanted) {
      for (float value : values) {
        if (Float.isFinite(value)) {
          sum += value;
          squares += (double) value * value;
          count++;
        }
      }
    }
    double mean = count == 0 ? 0 : sum / count;
    this.variance = count == 0 ? 0 : Math.max(0, squares / count - mean * mean);
  }

  /**
   * Mean squared difference over the variance of the float outputs; infinite when an output that
   * should be finite is not.
   */
  double to(List<float[]> actual) {
    double sum = 0;
    long count = 0;
    for (int i = 0; i < wanted.size(); i++) {
      float[] expected = wanted.get(i);
      float[] found = actual.get(i);
      for (int k = 0; k < expected.length; k++) {
        if (Float.isFinite(expected[k])) {
          double difference = (double) found[k] - expected[k];
          sum += difference * difference;
          count++;
        }
      }
    }
    if (Double.isNaN(sum)) {
      return Double.POSITIVE_INFINITY;
    }
    double mean = count == 0 ? 0 : sum / count;
    return variance > 0 ? mean / variance : mean;
  }
}
