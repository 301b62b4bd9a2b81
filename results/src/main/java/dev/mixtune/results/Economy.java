package dev.mixtune.results;

import org.jspecify.annotations.Nullable;

/**
 * What a search paid, and where its time went; part of {@code run.json}.
 *
 * @param candidates evaluated, discarded ones included, failed ones not
 * @param discarded candidates that were given up before they had answered the whole search split
 * @param samples answered by all candidates
 * @param samplesInFull that all candidates would have answered without giving up any
 * @param samplesToMostVolume answered until the frontier had 99 % of its final hypervolume; null
 *     when it has none
 * @param time where the time of the search went; null when nothing was searched in this process
 */
public record Economy(
    int candidates,
    int discarded,
    long samples,
    long samplesInFull,
    @Nullable Long samplesToMostVolume,
    @Nullable Time time) {

  /**
   * The time of the search in the process that ended the study, rounding in context not included.
   *
   * @param searchSeconds from the first candidate to the last
   * @param sessions opened
   * @param openingSeconds spent opening sessions, all workers together
   * @param runningSeconds spent running them, all workers together
   * @param outsideShare everything else that the workers' time went into, waiting included, as a
   *     fraction of opening and running
   * @param workersBusyShare share of the workers' time in which they had a candidate, 0..1
   * @param processorShare processor time of the process by the workers' time
   */
  public record Time(
      double searchSeconds,
      long sessions,
      double openingSeconds,
      double runningSeconds,
      double outsideShare,
      double workersBusyShare,
      double processorShare) {
    public Time {
      Numbers.requireFinite("searchSeconds", searchSeconds);
      Numbers.requireFinite("openingSeconds", openingSeconds);
      Numbers.requireFinite("runningSeconds", runningSeconds);
      Numbers.requireFinite("outsideShare", outsideShare);
      Numbers.requireFinite("workersBusyShare", workersBusyShare);
      Numbers.requireFinite("processorShare", processorShare);
    }
  }
}
