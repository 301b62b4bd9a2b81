package dev.mixtune.search;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a candidate fared on the rungs of the fidelity ladder: nested parts of the search split, the
 * most informative samples first.
 *
 * @param rungs what was known at each rung that was reached, fewest samples first
 * @param discard why it went no further; null when it was scored on the whole split
 */
public record Climb(List<Rung> rungs, @Nullable Discard discard) {

  public Climb {
    rungs = List.copyOf(rungs);
    if (discard != null && rungs.isEmpty()) {
      throw new IllegalArgumentException("nothing is discarded before the first rung");
    }
  }

  /**
   * Paired answers to the samples of one rung.
   *
   * @param samples in the rung, those of the rungs below included
   * @param lost samples that float answers right and the candidate wrong
   * @param gained samples that float answers wrong and the candidate right
   */
  public record Rung(int samples, int lost, int gained) {
    public Rung {
      if (samples <= 0 || lost < 0 || gained < 0 || lost + gained > samples) {
        throw new IllegalArgumentException(samples + " samples, " + lost + ", " + gained);
      }
    }
  }

  /**
   * What is known of a discarded candidate: another one, no worse in the other objectives, drops
   * less than this one can.
   *
   * @param dropAtLeast its drop on the whole split is not below this, whatever the other samples
   *     are; a fraction
   * @param dropEstimate what it probably is, a fraction
   */
  public record Discard(double dropAtLeast, double dropEstimate) {
    public Discard {
      if (!Double.isFinite(dropAtLeast) || !(dropEstimate >= dropAtLeast)) {
        throw new IllegalArgumentException("at least " + dropAtLeast + ", about " + dropEstimate);
      }
    }
  }

  /** Samples that were scored; the whole split's number is not known here. */
  public int samplesOfLastRung() {
    return rungs.isEmpty() ? 0 : rungs.get(rungs.size() - 1).samples();
  }
}
