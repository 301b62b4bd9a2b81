package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.KernelUse;
import java.util.List;

/** Non-negative least squares by going downhill, one coordinate after the other. */
final class NaiveFit {
  private static final int SWEEPS = 200_000;

  private NaiveFit() {}

  /** Coefficients per product, gathered element, input, output, weight, call. */
  static double[] of(List<TermFit.Sample> samples, TermFit.Basis basis) {
    boolean[] used = used(basis);
    double[] x = new double[6];
    double[][] rows = samples.stream().map(NaiveFit::row).toArray(double[][]::new);
    double[] rest = samples.stream().mapToDouble(s -> s.count() / s.scale()).toArray();
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int i = 0; i < 6; i++) {
        double square = 0;
        double slope = 0;
        for (int r = 0; r < rows.length; r++) {
          square += rows[r][i] * rows[r][i];
          slope += rows[r][i] * rest[r];
        }
        double next = used[i] && square > 0 ? Math.max(0, x[i] + slope / square) : 0;
        for (int r = 0; r < rows.length; r++) {
          rest[r] -= rows[r][i] * (next - x[i]);
        }
        x[i] = next;
      }
    }
    return x;
  }

  static double error(List<TermFit.Sample> samples, double[] x) {
    double sum = 0;
    for (TermFit.Sample sample : samples) {
      double[] row = row(sample);
      double difference = -sample.count() / sample.scale();
      for (int i = 0; i < 6; i++) {
        difference += row[i] * x[i];
      }
      sum += difference * difference;
    }
    return sum;
  }

  static double[] coefficients(TermFit fit) {
    return new double[] {
      fit.terms().perMac(),
      fit.terms().perPatchElement(),
      fit.terms().perInput(),
      fit.terms().perOutput(),
      fit.terms().perWeight(),
      fit.fixed()
    };
  }

  private static boolean[] used(TermFit.Basis basis) {
    return switch (basis) {
      case CONVOLUTION -> new boolean[] {true, true, true, true, false, false};
      case DEPTHWISE -> new boolean[] {true, false, true, true, true, false};
      case GROUPED -> new boolean[] {true, false, false, true, false, false};
      case PRODUCT -> new boolean[] {true, false, true, true, true, false};
      case POOLING -> new boolean[] {false, false, true, true, false, false};
      case ELEMENTS -> new boolean[] {false, false, false, true, false, false};
      case INPUTS -> new boolean[] {false, false, true, false, false, false};
      case CALL -> new boolean[] {false, false, false, true, false, true};
    };
  }

  /** Gathered: output positions x reduction length where that is more than there is to read. */
  private static double[] row(TermFit.Sample sample) {
    KernelUse use = sample.use();
    double positions = use.weightElements() == 0 ? 0 : (double) use.macs() / use.weightElements();
    double channels = positions == 0 ? 0 : use.outputElements() / positions;
    double all = channels == 0 ? 0 : use.macs() / channels;
    double patches = all > use.inputElements() * 1.0001 ? all : 0;
    return new double[] {
      use.macs() / sample.scale(),
      patches / sample.scale(),
      use.inputElements() / sample.scale(),
      use.outputElements() / sample.scale(),
      use.weightElements() / sample.scale(),
      1 / sample.scale()
    };
  }
}
