package dev.mixtune.training.tuning;

/**
 * How a plan is fine-tuned.
 *
 * @param epochs passes over the training samples, at least 1
 * @param batch samples per step, at least 1
 * @param rate highest learning rate, in units of each channel's magnitude per step; it rises over
 *     the first {@value #WARM_UP} of the steps and falls to 0 along half a cosine
 * @param temperature of the distillation
 * @param labelShare weight of the labels' cross entropy, 0..1; the rest is distillation. Of no
 *     meaning without labels
 * @param flipsPictures whether pictures are flipped left to right
 * @param patience epochs in a row of the second half without a better score on the search split
 *     after which training ends, at least 1
 * @param seed of order and flips
 */
public record TuningSettings(
    int epochs,
    int batch,
    double rate,
    double temperature,
    double labelShare,
    boolean flipsPictures,
    int patience,
    long seed) {
  static final double WARM_UP = 0.05;

  public TuningSettings {
    if (epochs < 1
        || batch < 1
        || !(rate > 0)
        || !(temperature > 0)
        || !(labelShare >= 0 && labelShare <= 1)
        || patience < 1) {
      throw new IllegalArgumentException(
          "epochs %d, batch %d, rate %s, temperature %s, label share %s, patience %d"
              .formatted(epochs, batch, rate, temperature, labelShare, patience));
    }
  }
}
