package dev.mixtune.evaluators;

/**
 * How near a candidate's outputs are to the float model's, without labels.
 *
 * @param kl mean over samples of KL(float || candidate) in nats, at least 0; of the softmax of the
 *     outputs, or of the outputs themselves where the float model's are probabilities already
 * @param cosine mean over samples of the cosine between the two rows of outputs, -1..1
 * @param sqnrDb signal power over error power of all outputs, in decibels, at most {@value
 *     #EXACT_DB} (which also stands for no error at all)
 */
public record Closeness(double kl, double cosine, double sqnrDb) {

  /** The signal-to-noise ratio of equal outputs. */
  public static final double EXACT_DB = 200;

  public Closeness {
    if (!(kl >= 0) || !Double.isFinite(cosine) || !(sqnrDb <= EXACT_DB)) {
      throw new IllegalArgumentException("kl " + kl + ", cosine " + cosine + ", SQNR " + sqnrDb);
    }
  }
}
