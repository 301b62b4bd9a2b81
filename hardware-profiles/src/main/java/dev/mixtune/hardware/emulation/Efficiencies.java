package dev.mixtune.hardware.emulation;

import dev.mixtune.hardware.Pipeline;
import dev.mixtune.hardware.ProfileLatencyModel;
import dev.mixtune.hardware.emulation.KernelFamily.Efficiency;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How much of a Cortex-A76's peak real code reaches: for each kind of kernel, the share with which
 * one published figure comes out right.
 */
final class Efficiencies {
  private static final int HALVINGS = 40;
  private static final double LEAST = 0.02;

  private static final EmulatedProfile.Label LABEL =
      new EmulatedProfile.Label("a76", "Cortex-A76", "Cortex-A76", "ONNX Runtime", "none");

  private final EmulatedProfile counted;

  /**
   * @param counted the counts of a Cortex-A76
   */
  Efficiencies(EmulatedProfile counted) {
    this.counted = counted;
  }

  /** Chosen in the order of the kinds: convolutions first, depthwise ones beside them. */
  Map<Efficiency, Double> calibrated(List<PublishedFigure> figures) {
    Map<Efficiency, Double> chosen = new EnumMap<>(Efficiency.class);
    for (Efficiency efficiency : Efficiency.values()) {
      chosen.put(efficiency, 1.0);
    }
    for (Efficiency efficiency : Efficiency.values()) {
      for (PublishedFigure figure : figures) {
        if (figure.calibrates().filter(efficiency::equals).isPresent()) {
          chosen.put(efficiency, share(figure, efficiency, chosen));
        }
      }
    }
    return chosen;
  }

  private double share(
      PublishedFigure figure, Efficiency efficiency, Map<Efficiency, Double> chosen) {
    int threads = figure.threads() == 0 ? PublishedFigure.ALL_CORES : figure.threads();
    Map<Efficiency, Double> trial = new EnumMap<>(chosen);
    double slow = LEAST;
    double fast = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (slow + fast) / 2;
      trial.put(efficiency, middle);
      if (millis(figure, threads, trial) > figure.millis()) {
        slow = middle;
      } else {
        fast = middle;
      }
    }
    return fast;
  }

  /** The predicted time of a published figure on so many threads. */
  double millis(PublishedFigure figure, int threads, Map<Efficiency, Double> efficiencies) {
    Pipeline cores = ArmCore.A76.pipeline(threads, figure.clockHz());
    return new ProfileLatencyModel(counted.on(LABEL, cores, efficiencies))
        .predict(figure.kernels())
        .millis();
  }
}
