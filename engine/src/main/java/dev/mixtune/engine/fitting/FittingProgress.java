package dev.mixtune.engine.fitting;

/** Hears how far a fit has come. Called from the thread that asked for the fit. */
@FunctionalInterface
public interface FittingProgress {

  /**
   * Some work is done.
   *
   * @param done layers done so far
   * @param total layers in all
   * @param layer name of the last of them
   */
  void done(int done, int total, String layer);

  /** Hears nothing. */
  static FittingProgress silent() {
    return (done, total, layer) -> {};
  }
}
