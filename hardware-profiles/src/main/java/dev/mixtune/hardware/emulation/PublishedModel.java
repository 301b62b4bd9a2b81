package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.hardware.Pipeline;
import dev.mixtune.hardware.ProfileLatencyModel;
import dev.mixtune.hardware.emulation.KernelFamily.Efficiency;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * Predicts published figures of Cortex-A76 devices, after five of them chose five numbers: the
 * share of the peak that four kinds of kernels reach, and what several threads wait at each kernel.
 */
final class PublishedModel {
  private static final int ROUNDS = 12;
  private static final int HALVINGS = 30;
  private static final double LEAST_SHARE = 0.02;
  private static final double MOST_BARRIER_MICROS = 200;

  private static final EmulatedProfile.Label LABEL =
      new EmulatedProfile.Label(
          "a76", "Cortex-A76", "counts", "Cortex-A76", "ONNX Runtime", "none", "none");

  private final EmulatedProfile counted;

  /**
   * @param counted the counts of a Cortex-A76
   */
  PublishedModel(EmulatedProfile counted) {
    this.counted = counted;
  }

  /** Chooses one number after the other, until none moves any more. */
  PeakShares calibrated(List<PublishedFigure> figures) {
    PeakShares chosen = PeakShares.ideal();
    for (int round = 0; round < ROUNDS; round++) {
      for (PublishedFigure figure : figures) {
        if (!figure.isCheck()) {
          chosen = chosen(figure, chosen);
        }
      }
    }
    return chosen;
  }

  private PeakShares chosen(PublishedFigure figure, PeakShares others) {
    if (figure.calibratesBarrier()) {
      double micros =
          boundary(
              0, MOST_BARRIER_MICROS, m -> millis(figure, others.withBarrier(m)) > figure.millis());
      return others.withBarrier(micros);
    }
    Efficiency kind = figure.efficiency();
    double share =
        boundary(LEAST_SHARE, 1, s -> millis(figure, others.with(kind, s)) < figure.millis());
    return others.with(kind, share);
  }

  /** Where a condition begins to hold, between where it does not and where it does. */
  private static double boundary(double from, double to, DoubleFunction<Boolean> holds) {
    double low = from;
    double high = to;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (holds.apply(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private double millis(PublishedFigure figure, PeakShares calibration) {
    int threads = figure.threads() == 0 ? PublishedFigure.ALL_CORES : figure.threads();
    return millis(figure, threads, calibration);
  }

  /** The predicted time of a published figure on so many threads. */
  double millis(PublishedFigure figure, int threads, PeakShares calibration) {
    Pipeline cores = ArmCore.A76.pipeline(threads, figure.clockHz());
    List<KernelUse> kernels = figure.kernels();
    double barriers = threads == 1 ? 0 : 1e-3 * calibration.barrierMicros() * kernels.size();
    return barriers
        + new ProfileLatencyModel(counted.on(LABEL, cores, figure.clockHz(), calibration))
            .predict(kernels)
            .millis();
  }
}
