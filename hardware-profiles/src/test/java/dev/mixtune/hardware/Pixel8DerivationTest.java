package dev.mixtune.hardware;

import static dev.mixtune.engine.Arithmetic.BLOCKWISE;
import static dev.mixtune.engine.Arithmetic.FLOAT;
import static dev.mixtune.engine.Arithmetic.INTEGER_DYNAMIC;
import static dev.mixtune.engine.Arithmetic.INTEGER_STATIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leads from the counted instructions to the numbers in pixel8.json once more. */
class Pixel8DerivationTest {
  private static final double WEIGHTS = 3 * 512 * 512;

  private final Profile profile =
      ((ProfileTarget) new Targets(TargetsTest.HOST).find("pixel8")).profile();
  private final CountedRuns counted = new CountedRuns();

  Pixel8DerivationTest() throws IOException {}

  @ParameterizedTest
  @CsvSource({
    "FLOAT, 32, fp32",
    "INTEGER_DYNAMIC, 8, int8 dynamic",
    "BLOCKWISE, 8, MatMulNBits 8 acc 4",
    "BLOCKWISE, 4, MatMulNBits 4 acc 4",
    "BLOCKWISE, 2, MatMulNBits 2 acc 4"
  })
  void matmulTermsSolveTheTwoCounts(Arithmetic arithmetic, int bits, String scheme) {
    double oneRow = counted.all("3 x MatMul 512x512 M=1", scheme);
    double manyRows = counted.all("3 x MatMul 512x512 M=64", scheme);
    double perMac = (manyRows - oneRow) / (63 * WEIGHTS);
    Terms terms = instructions(Op.MATMUL, arithmetic, bits);
    assertThat(terms.perMac()).isCloseTo(perMac, withPercentage(0.1));
    assertThat(terms.perWeight()).isCloseTo(oneRow / WEIGHTS - perMac, withPercentage(0.1));
  }

  @Test
  void staticMatmulTermsLeaveTheEndsToQuantizeAndDequantize() {
    double ends =
        512 * (instructions(Op.QUANTIZE).perInput() + instructions(Op.DEQUANTIZE).perInput());
    double oneRow =
        counted.all("3 x MatMul 512x512 M=1", "int4 stored + cast to int8 static") - ends;
    double manyRows = counted.all("3 x MatMul 512x512 M=64", "int8 static") - 64 * ends;
    double perMac = (manyRows - oneRow) / (63 * WEIGHTS);
    Terms terms = instructions(Op.MATMUL, INTEGER_STATIC, 8);
    assertThat(terms.perMac()).isCloseTo(perMac, withPercentage(0.1));
    assertThat(terms.perWeight()).isCloseTo(oneRow / WEIGHTS - perMac, withPercentage(0.1));
  }

  @Test
  void boundariesShareWhatDynamicActivationsCostMore() {
    double more =
        counted.all("3 x MatMul 512x512 M=64", "int8 dynamic")
            - counted.all("3 x MatMul 512x512 M=64", "int8 static");
    // Two further boundaries of 64 x 512 elements, three steps each.
    double perElementAndStep = more / (2 * 64 * 512) / 3;
    assertThat(instructions(Op.QUANTIZE).perInput()).isCloseTo(perElementAndStep, within(0.1));
    assertThat(instructions(Op.DEQUANTIZE).perInput()).isCloseTo(perElementAndStep, within(0.1));
  }

  @Test
  void convolutionTermsSolveTwoCountsAndForetellTheThird() {
    List<KernelUse> small = Networks.threeConvolutions(FLOAT, 32);
    List<KernelUse> large = Networks.resnet20(FLOAT, 32);
    checkConvolutionTerms(
        small, counted.all("3 x Conv", "fp32"), large, counted.all("ResNet-20", "fp32"));

    double foretold = count(Networks.resnet18(FLOAT, 32), use -> true);
    assertThat(foretold).isCloseTo(counted.all("ResNet-18", "fp32"), withPercentage(0.6));
  }

  @Test
  void integerConvolutionTermsSolveTwoCounts() {
    checkConvolutionTerms(
        Networks.threeConvolutions(INTEGER_STATIC, 4),
        counted.all("3 x Conv", "int4 stored + cast to int8"),
        Networks.resnet20(INTEGER_STATIC, 8),
        counted.all("ResNet-20", "int8"));
  }

  @Test
  void whatIsLeftGoesToPoolingAndDepthwiseLayers() {
    assertThat(count(Networks.resnet18(INTEGER_STATIC, 8), use -> true))
        .isCloseTo(counted.all("ResNet-18", "int8"), withPercentage(0.1));
    assertThat(count(Networks.mobilenetV2(FLOAT, 32), use -> true))
        .isCloseTo(counted.all("MobileNetV2", "fp32"), withPercentage(0.1));
    assertThat(count(Networks.mobilenetV2(INTEGER_STATIC, 8), use -> true))
        .isCloseTo(counted.all("MobileNetV2", "int8"), withPercentage(0.1));
  }

  /** Raspberry Pi 5: 2.4 GHz, decode 4, two 128-bit pipes, no i8mm; four threads are assumed. */
  @Test
  void efficiencyIsWhatResNet18ReachesOnARaspberryPi() {
    double coreCyclesPerMilli = 4 * 2.4e6;
    double integerMillis = 8.751;
    double floatMillis = 3.61 * integerMillis;
    double floatCycles =
        Math.max(counted.all("ResNet-18", "fp32") / 4, counted.multiplies("ResNet-18", "fp32") / 2);
    // One SMMLA does the work of two SDOT.
    double dots =
        counted.multiplies("ResNet-18", "int8") + counted.matrixMultiplies("ResNet-18", "int8");
    double integerCycles = Math.max(counted.all("ResNet-18", "int8") / 4, dots / 2);

    assertThat(counted(Op.CONV, FLOAT, 32).efficiency())
        .isCloseTo(floatCycles / (floatMillis * coreCyclesPerMilli), within(0.005));
    assertThat(counted(Op.CONV, INTEGER_STATIC, 8).efficiency())
        .isCloseTo(integerCycles / (integerMillis * coreCyclesPerMilli), within(0.005));
  }

  @Test
  void networksAreTheOnesFromTheirPapers() {
    assertThat(macs(Networks.resnet20(FLOAT, 32))).isCloseTo(41e6, withPercentage(2));
    assertThat(macs(Networks.resnet18(FLOAT, 32))).isCloseTo(1.81e9, withPercentage(1));
    assertThat(macs(Networks.mobilenetV2(FLOAT, 32))).isCloseTo(300e6, withPercentage(1));
  }

  /** Two equations, two unknowns: instructions per MAC and per patch element. */
  private void checkConvolutionTerms(
      List<KernelUse> first, double firstCount, List<KernelUse> second, double secondCount) {
    double m1 = macsOfConvolutions(first);
    double m2 = macsOfConvolutions(second);
    double p1 = patches(first);
    double p2 = patches(second);
    double c1 = firstCount - count(first, use -> use.op() != Op.CONV);
    double c2 = secondCount - count(second, use -> use.op() != Op.CONV);
    double determinant = m1 * p2 - m2 * p1;
    Terms terms = instructions(Op.CONV, first.get(1).arithmetic(), first.get(1).weightBits());
    assertThat(terms.perMac()).isCloseTo((c1 * p2 - c2 * p1) / determinant, withPercentage(0.1));
    assertThat(terms.perPatchElement())
        .isCloseTo((m1 * c2 - m2 * c1) / determinant, withPercentage(0.1));
  }

  private double count(List<KernelUse> kernels, Predicate<KernelUse> chosen) {
    return kernels.stream()
        .filter(chosen)
        .mapToDouble(use -> instructions(use.op(), use.arithmetic(), use.weightBits()).of(use))
        .sum();
  }

  private static double macs(List<KernelUse> kernels) {
    return kernels.stream().mapToDouble(KernelUse::macs).sum();
  }

  private static double macsOfConvolutions(List<KernelUse> kernels) {
    return macs(kernels.stream().filter(use -> use.op() == Op.CONV).toList());
  }

  /** Output positions x reduction length, with the reduction length from the number of inputs. */
  private static double patches(List<KernelUse> kernels) {
    return kernels.stream()
        .filter(use -> use.op() == Op.CONV)
        .mapToDouble(
            use -> {
              double positions = (double) use.macs() / use.weightElements();
              double outputChannels = use.outputElements() / positions;
              return use.macs() / outputChannels;
            })
        .sum();
  }

  private Terms instructions(Op op) {
    return instructions(op, INTEGER_STATIC, 0);
  }

  private Terms instructions(Op op, Arithmetic arithmetic, int bits) {
    return counted(op, arithmetic, bits).instructions();
  }

  private Cost.Counted counted(Op op, Arithmetic arithmetic, int bits) {
    return (Cost.Counted) profile.find(op, arithmetic, bits).orElseThrow().cost();
  }

  @Test
  void lowBitMatmulsExecuteMoreThanEightBitOnes() {
    KernelUse use = Networks.matmul(BLOCKWISE, 2, 64, 512, 512);
    assertThat(instructions(Op.MATMUL, BLOCKWISE, 2).of(use))
        .isGreaterThan(10 * instructions(Op.MATMUL, INTEGER_DYNAMIC, 8).of(use));
  }
}
