package dev.mixtune.search;

/**
 * The corner against which the hypervolume is measured: a frontier is worth the share of the box
 * between (0, 0, 0) and this point that it beats. Plans beyond it in any objective add nothing.
 * Where energy counts, its corner is the float model's.
 *
 * @param drop of the metric, a fraction above 0
 * @param latencyRatio against the float model, above 0
 * @param sizeBytes of the deployable file, above 0; usually the float model's
 */
public record ReferencePoint(double drop, double latencyRatio, long sizeBytes) {

  public ReferencePoint {
    if (!(drop > 0) || !(latencyRatio > 0) || sizeBytes <= 0) {
      throw new IllegalArgumentException(
          "reference point: drop "
              + drop
              + ", latency ratio "
              + latencyRatio
              + ", "
              + sizeBytes
              + " bytes; all must be above 0");
    }
  }

  /** This point's value of an objective. */
  double of(Objective objective) {
    return switch (objective) {
      case ACCURACY -> drop;
      case LATENCY -> latencyRatio;
      case SIZE -> sizeBytes;
      case ENERGY -> 1;
    };
  }
}
