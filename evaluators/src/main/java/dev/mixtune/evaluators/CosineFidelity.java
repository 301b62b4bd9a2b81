package dev.mixtune.evaluators;

import java.util.Arrays;

/**
 * Closeness to the float model for embeddings, which have no largest class to agree on: the mean
 * cosine between the two outputs, -1..1. Needs no labels; the float model itself scores 1.
 */
public record CosineFidelity() implements StatisticMetric {

  @Override
  public String id() {
    return "fidelity-cosine";
  }

  @Override
  public boolean needsLabels() {
    return false;
  }

  @Override
  public int minimumValues() {
    return 2;
  }

  @Override
  public boolean readsPositions() {
    return true;
  }

  @Override
  public double value(Row answer, Row floatAnswer, double target) {
    return cosine(answer, floatAnswer);
  }

  @Override
  public double of(double[] values, double[] targets) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** The cosine of two rows of equal length; of a row of zeros 0, and 1 with another such. */
  static double cosine(Row a, Row b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length(); i++) {
      dot += (double) a.at(i) * b.at(i);
      aa += (double) a.at(i) * a.at(i);
      bb += (double) b.at(i) * b.at(i);
    }
    if (aa == 0 || bb == 0) {
      return aa == bb ? 1 : 0;
    }
    // Rounding may leave the cosine of equal rows a hair above 1.
    return Math.max(-1, Math.min(1, dot / Math.sqrt(aa) / Math.sqrt(bb)));
  }
}
