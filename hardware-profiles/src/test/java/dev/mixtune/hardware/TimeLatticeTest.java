package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeLatticeTest {
  private static final Terms TERMS = new Terms(0.01, 0.1, 0.05, 0.1, 0.02);

  private static KernelUse conv(int in, int out, int kernel, int side) {
    return Networks.conv(Arithmetic.FLOAT, 32, in, out, kernel, side, 1);
  }

  private static List<GridSample> samples(ToDoubleFunction<KernelUse> nanos, Random random) {
    List<GridSample> samples = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      KernelUse use =
          conv(
              8 << random.nextInt(6),
              8 << random.nextInt(6),
              random.nextBoolean() ? 1 : 3,
              4 << random.nextInt(4));
      samples.add(
          new GridSample(
              use.macs(),
              use.inputElements(),
              use.outputElements(),
              use.weightElements(),
              nanos.applyAsDouble(use)));
    }
    return samples;
  }

  private static TimeLattice lattice(List<GridSample> samples) {
    MeasuredGrid grid = MeasuredGrid.fitted(Op.CONV, samples, use -> TERMS.of(use) + 1000);
    return new TimeLattice(Op.CONV, new Cost.Gridded(TERMS, 1, grid));
  }

  /** A device whose narrow layers are slower than any sum of terms says. */
  private static double trueNanos(KernelUse use) {
    double columns = (double) use.outputElements() * use.weightElements() / use.macs();
    return 1000 + 0.02 * use.macs() * (1 + 16 / columns) + 0.3 * use.outputElements();
  }

  @Test
  void followsWhatTermsCannotSay() {
    TimeLattice lattice = lattice(samples(TimeLatticeTest::trueNanos, new Random(1)));
    Random random = new Random(2);
    double[] errors = new double[60];
    double[] ofTerms = new double[60];
    for (int i = 0; i < errors.length; i++) {
      KernelUse unseen = conv(12 + random.nextInt(200), 12 + random.nextInt(200), 3, 28);
      errors[i] = Math.abs(lattice.nanos(unseen) / trueNanos(unseen) - 1);
      ofTerms[i] = Math.abs((TERMS.of(unseen) + 1000) / trueNanos(unseen) - 1);
    }
    assertThat(MedianInterval.median(errors)).isLessThan(0.05);
    assertThat(MedianInterval.median(ofTerms)).isGreaterThan(0.2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void moreOfTheSameIsNeverFasterHoweverNoisyTheSamples(long seed) {
    Random random = new Random(seed);
    TimeLattice lattice =
        lattice(samples(use -> trueNanos(use) * Math.exp(0.7 * random.nextGaussian()), random));
    for (int i = 0; i < 500; i++) {
      int in = 32 + random.nextInt(300);
      int out = 16 + random.nextInt(300);
      int side = 3 + random.nextInt(60);
      int kernel = random.nextBoolean() ? 1 : 3;
      double nanos = lattice.nanos(conv(in, out, kernel, side));
      assertThat(lattice.nanos(conv(in + 1 + random.nextInt(50), out, kernel, side)))
          .isGreaterThanOrEqualTo(nanos * (1 - 1e-9));
      assertThat(lattice.nanos(conv(in, out + 1 + random.nextInt(50), kernel, side)))
          .isGreaterThanOrEqualTo(nanos * (1 - 1e-9));
      assertThat(lattice.nanos(conv(in, out, kernel, side + 1 + random.nextInt(20))))
          .isGreaterThanOrEqualTo(nanos * (1 - 1e-9));
    }
  }

  /** Vector kernels need 16 channels; with 8 of them a device falls back to slow code. */
  @Test
  void fewerChannelsThanAVectorMayBeSlowerAndMakeNothingElseSlow() {
    ToDoubleFunction<KernelUse> nanos =
        use ->
            (use.outputElements() * use.weightElements() / use.macs() < 16 ? 6 : 1)
                * trueNanos(use);
    TimeLattice lattice = lattice(samples(nanos, new Random(1)));
    KernelUse few = conv(64, 8, 3, 28);
    KernelUse enough = conv(64, 32, 3, 28);
    assertThat(nanos.applyAsDouble(few)).isGreaterThan(nanos.applyAsDouble(enough));
    assertThat(lattice.nanos(few)).isGreaterThan(lattice.nanos(enough));
    assertThat(lattice.nanos(enough))
        .isCloseTo(trueNanos(enough), within(0.25 * trueNanos(enough)));
  }

  @Test
  void farFromEverySampleTheTermsSpeak() {
    GridSample one = samples(use -> 3 * (TERMS.of(use) + 1000), new Random(1)).get(0);
    TimeLattice lattice =
        new TimeLattice(
            Op.CONV, new Cost.Gridded(TERMS, 1, new MeasuredGrid(List.of(one), 1.5, 1, 0.01)));
    KernelUse there = one.kernel(Op.CONV);
    KernelUse far = conv(512, 512, 3, 112);
    assertThat(lattice.nanos(there)).isCloseTo(one.nanos(), within(0.15 * one.nanos()));
    double terms = TERMS.of(far) + 1000;
    assertThat(lattice.nanos(far)).isCloseTo(terms, within(0.1 * terms));
  }

  /** The product before a vocabulary, and pictures of 2,048 pixels a side. */
  @Test
  void beyondTheTableTheTermsGoOn() {
    TimeLattice lattice = lattice(samples(use -> TERMS.of(use) + 1000, new Random(1)));
    for (KernelUse large :
        List.of(
            Networks.matmul(Arithmetic.FLOAT, 32, 1, 4096, 128_000),
            Networks.matmul(Arithmetic.FLOAT, 32, 64, 200_000, 1024),
            conv(16, 16, 3, 2048))) {
      double terms = TERMS.of(large) + 1000;
      assertThat(lattice.nanos(large)).isCloseTo(terms, within(0.1 * terms));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void moreIsNeverFasterAcrossTheEdgesEither(long seed) {
    Random random = new Random(seed);
    TimeLattice lattice =
        lattice(samples(use -> trueNanos(use) * Math.exp(0.7 * random.nextGaussian()), random));
    for (int i = 0; i < 300; i++) {
      int rows = 100_000 + random.nextInt(400_000);
      int in = 15_000 + random.nextInt(40_000);
      int out = 8_000 + random.nextInt(20_000);
      double nanos = lattice.nanos(Networks.matmul(Arithmetic.FLOAT, 32, rows, in, out));
      int more = 1 + random.nextInt(10_000);
      for (KernelUse larger :
          List.of(
              Networks.matmul(Arithmetic.FLOAT, 32, rows + more, in, out),
              Networks.matmul(Arithmetic.FLOAT, 32, rows, in + more, out),
              Networks.matmul(Arithmetic.FLOAT, 32, rows, in, out + more))) {
        assertThat(lattice.nanos(larger)).isGreaterThan(nanos * (1 - 1e-9));
      }
    }
  }

  @Test
  void aKernelWithoutWeightsHasNoShape() {
    TimeLattice lattice = lattice(samples(TimeLatticeTest::trueNanos, new Random(1)));
    KernelUse add = Networks.plain(Op.ADD, Arithmetic.FLOAT, 10, 10);
    assertThatThrownBy(() -> lattice.nanos(add)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPointIsTheShapeOfItsKernel() {
    KernelUse use = conv(24, 40, 3, 14);
    KernelUse again = ShapePoint.of(use).kernel(Op.CONV);
    assertThat(again.macs()).isEqualTo(use.macs());
    assertThat(again.inputElements()).isEqualTo(use.inputElements());
    assertThat(again.outputElements()).isEqualTo(use.outputElements());
    assertThat(again.weightElements()).isEqualTo(use.weightElements());
    // 196 positions, 216 products each, 40 columns, each input gathered 9 times
    assertThat(Math.pow(2, ShapePoint.of(use).positions())).isCloseTo(196, within(1e-6));
    assertThat(Math.pow(2, ShapePoint.of(use).reduction())).isCloseTo(216, within(1e-6));
    assertThat(Math.pow(2, ShapePoint.of(use).columns())).isCloseTo(40, within(1e-6));
    assertThat(Math.pow(2, ShapePoint.of(use).reuse())).isCloseTo(9, within(1e-6));
  }
}
