package dev.mixtune.cli;

import org.jspecify.annotations.Nullable;

/**
 * Where a running search stands, for those who watch it.
 *
 * @param evaluations plans scored so far
 * @param perSecond plans scored per second since this process began to search
 * @param frontier plans on the frontier
 * @param hypervolume of the frontier, 0..1
 * @param best the fastest plan whose drop stays under the limit by its interval on the search
 *     split; null while there is none. The certificate comes at the end, from the holdout
 */
record SearchFigures(
    int evaluations, double perSecond, int frontier, double hypervolume, @Nullable Best best) {

  /**
   * A plan worth naming.
   *
   * @param id of its evaluation
   * @param latencyRatio against float
   * @param sizeBytes of its file
   * @param drop on the search split, a fraction
   * @param dropHigh upper end of the drop's interval
   */
  record Best(String id, double latencyRatio, long sizeBytes, double drop, double dropHigh) {}
}
