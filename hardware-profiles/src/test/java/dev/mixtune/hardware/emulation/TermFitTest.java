package dev.mixtune.hardware.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.hardware.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TermFitTest {
  @Test
  void findsTheTermsThatMadeTheCounts() {
    Terms truth = new Terms(0.3, 4, 0, 1.5, 0);
    List<TermFit.Sample> samples = new ArrayList<>();
    for (KernelUse use : shapes()) {
      double count = truth.of(use);
      samples.add(new TermFit.Sample(use, count, count));
    }
    TermFit fit = TermFit.of(samples, TermFit.Basis.CONVOLUTION);
    assertThat(fit.terms().perMac()).isCloseTo(0.3, within(1e-6));
    assertThat(fit.terms().perPatchElement()).isCloseTo(4, within(1e-4));
    assertThat(fit.terms().perOutput()).isCloseTo(1.5, within(1e-4));
    assertThat(fit.fixed()).isZero();
    assertThat(fit.terms().perWeight()).isZero();
  }

  /** The oracle walks downhill one coordinate at a time and never below zero. */
  @Test
  void noTermIsNegativeAndNoneIsBetter() {
    Random random = new Random(4);
    List<TermFit.Sample> samples = new ArrayList<>();
    for (KernelUse use : shapes()) {
      // Fewer instructions the more outputs there are: a plain fit would go negative.
      double count = 0.3 * use.macs() * (0.9 + 0.2 * random.nextDouble()) - use.outputElements();
      samples.add(new TermFit.Sample(use, Math.max(1, count), Math.max(1, count)));
    }
    TermFit fit = TermFit.of(samples, TermFit.Basis.CONVOLUTION);
    double[] downhill = NaiveFit.of(samples, TermFit.Basis.CONVOLUTION);
    Terms terms = fit.terms();
    assertThat(List.of(terms.perMac(), terms.perPatchElement(), terms.perOutput(), fit.fixed()))
        .allMatch(value -> value >= 0);
    assertThat(NaiveFit.error(samples, NaiveFit.coefficients(fit)))
        .isLessThanOrEqualTo(NaiveFit.error(samples, downhill) * (1 + 1e-6));
  }

  private static List<KernelUse> shapes() {
    List<KernelUse> shapes = new ArrayList<>();
    for (int[] s :
        new int[][] {
          {3, 16, 3, 32},
          {16, 16, 3, 32},
          {64, 32, 1, 14},
          {8, 80, 5, 20},
          {96, 24, 1, 28},
          {12, 200, 3, 9}
        }) {
      long weights = (long) s[0] * s[1] * s[2] * s[2];
      long positions = (long) s[3] * s[3];
      shapes.add(
          new KernelUse(
              KernelUse.Op.CONV,
              Arithmetic.FLOAT,
              32,
              "",
              weights * positions,
              s[0] * positions,
              s[1] * positions,
              weights));
    }
    return shapes;
  }
}
