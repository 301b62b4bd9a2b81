package dev.mixtune.evaluators;

import dev.mixtune.engine.PairedScore;
import java.util.Locale;
import java.util.OptionalLong;

/** The one-sided upper bound of a plan's drop, and what its samples could resolve. */
sealed interface DropBound {

  /** The observed drop. */
  double drop();

  /** Upper bound of the drop, at least the observed one. */
  double upper();

  /** The smallest limit that would be certified for a plan as noisy as this that loses nothing. */
  double resolvable();

  /**
   * Samples that would certify a limit for this plan; empty where its drop is not below the limit.
   */
  OptionalLong samplesNeeded(double limit);

  /** How the bound is made, for files. */
  String method();

  /** The counts behind it, for messages; empty where there are none. */
  String counts();

  /**
   * The bound that a score gives.
   *
   * @param confidence one-sided; that of the score where it was resampled
   */
  static DropBound of(PairedScore score, double confidence) {
    if (score.evidence() instanceof PairedScore.Resampled resampled) {
      return new Resampled(score.drop(), resampled.dropUpper(), score.samples());
    }
    PairedScore.Counts counts = (PairedScore.Counts) score.evidence();
    return new Counted(counts.lost(), counts.gained(), score.samples(), confidence);
  }

  /** Of paired proportions, see {@link PairedBounds}. */
  record Counted(int lost, int gained, int samples, double confidence) implements DropBound {

    /** From the counts: the difference of two scores may exceed the limit by a rounding error. */
    @Override
    public double drop() {
      return (double) (lost - gained) / samples;
    }

    @Override
    public double upper() {
      return PairedBounds.upper(lost, gained, samples, confidence);
    }

    @Override
    public double resolvable() {
      double half = (lost + gained) / 2.0;
      return PairedBounds.upper(half, half, samples, confidence);
    }

    @Override
    public OptionalLong samplesNeeded(double limit) {
      return PairedBounds.samplesNeeded(
          (double) lost / samples, (double) gained / samples, limit, confidence);
    }

    @Override
    public String method() {
      return Certificate.METHOD;
    }

    @Override
    public String counts() {
      return String.format(Locale.ROOT, " (%d lost, %d gained)", lost, gained);
    }
  }

  /** Of a paired bootstrap, see {@link PairedBootstrap}: its margin shrinks with the root. */
  record Resampled(double drop, double upper, int samples) implements DropBound {

    @Override
    public double resolvable() {
      return upper - drop;
    }

    @Override
    public OptionalLong samplesNeeded(double limit) {
      if (!(drop < limit)) {
        return OptionalLong.empty();
      }
      double times = (upper - drop) / (limit - drop);
      return OptionalLong.of((long) Math.max(1, Math.ceil(samples * times * times)));
    }

    @Override
    public String method() {
      return Certificate.BOOTSTRAP_METHOD;
    }

    @Override
    public String counts() {
      return "";
    }
  }
}
