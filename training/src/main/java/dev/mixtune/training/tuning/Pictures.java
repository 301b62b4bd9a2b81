package dev.mixtune.training.tuning;

/** What is done with pictures before a plan learns from them. The teacher sees the same ones. */
public enum Pictures {
  /** Nothing. */
  AS_THEY_ARE,
  /** Every second one is flipped left to right. */
  FLIPPED,
  /** Flipped, and shifted by up to an eighth of their size. */
  SHIFTED,
  /**
   * Shifted if the teacher's answers bear it, else flipped ({@link ShiftTolerance}): a network that
   * was trained without shifts answers shifted pictures worse, and the plan would learn to repeat
   * those answers; one that was trained with them knows more than the pictures as they are show.
   */
  JUDGED
}
