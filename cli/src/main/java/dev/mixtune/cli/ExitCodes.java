package dev.mixtune.cli;

/** What the exit code of {@code tune} means. */
final class ExitCodes {
  /** Done; the chosen plan is certified. */
  static final int DONE = 0;

  /** The user's input is wrong. */
  static final int USER = 2;

  /** No plan meets the limit, not even by its point estimate; the best one is written. */
  static final int LIMIT_MISSED = 3;

  /** Done, but the data cannot certify the limit at the asked confidence. */
  static final int NOT_CERTIFIED = 4;

  /** A bug in Mixtune. */
  static final int BUG = 70;

  /** Stopped by the user; everything is saved. */
  static final int STOPPED = 130;

  private ExitCodes() {}
}
