package dev.mixtune.evaluators;

/** Where an image model's input keeps its channels. */
public enum Layout {
  /** Batch, channels, height, width. */
  NCHW,
  /** Batch, height, width, channels. */
  NHWC
}
