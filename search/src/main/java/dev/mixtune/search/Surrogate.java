package dev.mixtune.search;

import java.util.List;

/**
 * A cheap model of one objective of a plan: an intercept, one term per choice, terms for some pairs
 * of choices, and a link. Predictions come with their standard deviation.
 */
final class Surrogate {
  private final SurrogateFeatures features;
  private final ResponseLink link;
  private final RidgeFit fit;
  private final double scale;
  private final double noise;
  private final double[][] mains;

  /**
   * @param scale what the targets of the fit were divided by
   * @param noise standard deviation of the left-out residuals, in the fit's targets
   */
  Surrogate(
      SurrogateFeatures features, ResponseLink link, RidgeFit fit, double scale, double noise) {
    this.features = features;
    this.link = link;
    this.fit = fit;
    this.scale = scale;
    this.noise = noise;
    this.mains = features.mains(fit.coefficients());
    for (double[] menu : mains) {
      for (int i = 0; i < menu.length; i++) {
        menu[i] *= scale;
      }
    }
  }

  /** The predicted value. */
  double predict(int[] options) {
    return link.toDamage(sum(options));
  }

  /** The prediction on the scale where choices add up; rises with the predicted value. */
  double sum(int[] options) {
    return scale * features.row(options).times(fit.coefficients());
  }

  /** Standard deviation of what a plan's evaluation will differ from the prediction by. */
  double deviation(int[] options) {
    RidgeFit.Row row = features.row(options);
    double sum = scale * row.times(fit.coefficients());
    return link.slope(sum) * scale * noise * Math.sqrt(1 + fit.spread(row));
  }

  /** What each entry adds to the sum, {@code [menu][entry]}, 0 for the first entry of each menu. */
  double[][] mains() {
    return mains;
  }

  /** The standard deviations of {@link #mains}. */
  double[][] mainDeviations() {
    double[][] deviations = new double[mains.length][];
    for (int m = 0; m < mains.length; m++) {
      deviations[m] = new double[mains[m].length];
      for (int i = 1; i < mains[m].length; i++) {
        deviations[m][i] = scale * noise * features.deviation(fit, m, i);
      }
    }
    return deviations;
  }

  /** The pairs of menus that have a term of their own. */
  List<int[]> pairs() {
    return features.pairs();
  }

  /** Typical error of a prediction, in the objective's own unit. */
  double noise() {
    return scale * noise;
  }

  ResponseLink link() {
    return link;
  }
}
