package dev.mixtune.search;

import dev.mixtune.engine.PairedScore;
import java.util.List;
import java.util.Objects;

/**
 * What a generation is expected to gain, and how well the search split could tell, both in shares
 * of the reference box.
 *
 * @param gain the expected hypervolume that the plans add. Of the prediction's deviation the
 *     measurement's error is taken off: a plan that is only measured too well is no gain
 * @param noise standard error of the hypervolume that the plans would be seen to add
 */
record GainAndNoise(double gain, double noise) {

  /** How many standard errors the interval of a resampled drop is wide, at 95 %. */
  private static final double ERRORS_PER_INTERVAL = 3.92;

  /**
   * Of plans that are evaluated one after the other.
   *
   * @param front what is known; grows by the plans
   * @param plans in order of choice
   * @param error standard error of a plan's first coordinate, above 0
   */
  static GainAndNoise of(ExpectedGain front, List<ExpectedGain.Prediction> plans, double error) {
    double gain = 0;
    double variance = 0;
    for (ExpectedGain.Prediction plan : plans) {
      double deviation = plan.deviation();
      double own = Math.sqrt(Math.max(0, deviation * deviation - error * error));
      gain += front.gain(new ExpectedGain.Prediction(plan.coordinates(), own));
      double shift = front.shiftedBy(plan, error);
      variance += shift * shift;
      front.take(plan);
    }
    return new GainAndNoise(gain, Math.sqrt(variance));
  }

  /** Whether the gain would not show. */
  boolean isLostInNoise() {
    return gain <= noise;
  }

  /** The median standard error of the evaluations' drops; 0 when there are none. */
  static double usualError(List<Evaluation> evaluations) {
    double[] errors =
        evaluations.stream()
            .map(Evaluation::score)
            .filter(Objects::nonNull)
            .mapToDouble(GainAndNoise::standardError)
            .sorted()
            .toArray();
    return errors.length == 0 ? 0 : errors[errors.length / 2];
  }

  /**
   * The standard error of a paired drop: of the mean of lost (1), gained (-1) and unchanged (0)
   * answers, or what the interval of a resampled drop says.
   */
  static double standardError(PairedScore score) {
    return score
        .counts()
        .map(
            counts -> {
              double changed = (double) (counts.lost() + counts.gained()) / score.samples();
              double drop = (double) (counts.lost() - counts.gained()) / score.samples();
              return Math.sqrt((changed - drop * drop) / score.samples());
            })
        .orElseGet(() -> (score.dropHigh() - score.dropLow()) / ERRORS_PER_INTERVAL);
  }
}
