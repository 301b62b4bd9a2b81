package dev.mixtune.training.tuning;

/**
 * How a plan is fine-tuned.
 *
 * @param epochs passes over the training samples, at least 1
 * @param batch samples per step, at least 1
 * @param rate highest learning rate, in units of each channel's magnitude per step; it rises over
 *     the first {@value #WARM_UP} of the steps and falls to 0 along half a cosine
 * @param temperature of the distillation
 * @param movesPictures whether pictures are flipped and shifted
 * @param seed of order, flips and shifts
 */
public record TuningSettings(
    int epochs, int batch, double rate, double temperature, boolean movesPictures, long seed) {
  static final double WARM_UP = 0.05;

  public TuningSettings {
    if (epochs < 1 || batch < 1 || !(rate > 0) || !(temperature > 0)) {
      throw new IllegalArgumentException(
          "epochs %d, batch %d, rate %s, temperature %s"
              .formatted(epochs, batch, rate, temperature));
    }
  }
}
