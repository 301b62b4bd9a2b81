package dev.mixtune.evaluators;

/**
 * How near a candidate's outputs are to the float model's, without labels.
 *
 * @param kl mean over samples of KL(float || candidate) in nats, at least 0; of the softmax of the
 *     outputs, or of the outputs themselves where the float model's are probabilities already
 * @param cosine mean over samples of the cosine between the two rows of outputs, -1..1
 * @param sqnrDb signal power over error power of all outputs, in decibels, at most {@value
 *     #EXACT_DB} (which also stands for no error at all)
 * @param agreement share of samples whose largest output is at the same place, 0..1; NaN where it
 *     is not known
 */
public record Closeness(double kl, double cosine, double sqnrDb, double agreement) {

  /** The signal-to-noise ratio of equal outputs. */
  public static final double EXACT_DB = 200;

  public Closeness {
    if (!(kl >= 0)
        || !Double.isFinite(cosine)
        || !(sqnrDb <= EXACT_DB)
        || agreement < 0
        || agreement > 1) {
      throw new IllegalArgumentException(
          "kl " + kl + ", cosine " + cosine + ", SQNR " + sqnrDb + ", agreement " + agreement);
    }
  }

  /** Where nobody looked whether the answers agree. */
  public Closeness(double kl, double cosine, double sqnrDb) {
    this(kl, cosine, sqnrDb, Double.NaN);
  }
}
