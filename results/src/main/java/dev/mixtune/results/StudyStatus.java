package dev.mixtune.results;

import java.util.Locale;

/** How a study ended, as seen from what was asked for. */
public enum StudyStatus {
  /** Every limit is met, and the drop's is certified where there is one. */
  MET,
  /** Every limit is met by the estimate, but the data cannot certify the drop's. */
  NOT_CERTIFIED,
  /** No plan meets the limit of the drop, not even by its estimate. */
  DROP_MISSED,
  /** No plan meets the limits of size and latency. */
  SIZE_OR_LATENCY_MISSED,
  /** The user stopped the study. */
  STOPPED;

  /** The name used in files, such as {@code not-certified}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return id();
  }
}
