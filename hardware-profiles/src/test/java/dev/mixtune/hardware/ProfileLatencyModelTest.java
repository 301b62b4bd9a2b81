package dev.mixtune.hardware;

import static dev.mixtune.engine.Arithmetic.FLOAT;
import static dev.mixtune.engine.Arithmetic.INTEGER_STATIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.UserException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileLatencyModelTest {
  private static final KernelUse FLOAT_CONV =
      new KernelUse(Op.CONV, FLOAT, 32, "a", 10_000, 400, 1000, 90);
  private static final KernelUse INT_CONV =
      new KernelUse(Op.CONV, INTEGER_STATIC, 8, "a", 10_000, 400, 1000, 90);
  private static final KernelUse LOW_CONV =
      new KernelUse(Op.CONV, INTEGER_STATIC, 4, "a", 10_000, 400, 1000, 90);
  private static final KernelUse QUANTIZE = Networks.plain(Op.QUANTIZE, FLOAT, 400, 400);

  private final ProfileLatencyModel timed =
      new ProfileLatencyModel(ProfileReader.read("board.json", ProfileReaderTest.TIMED));

  @Test
  void addsUpTimedTerms() {
    // float: 10000 x 0.5 + 1000 x 2 + 3000 = 10000 ns; int: 2500 + 1000; boundary: 400 + 1000.
    Latency latency = timed.latency(List.of(QUANTIZE, INT_CONV), List.of(FLOAT_CONV));
    assertThat(latency.millis()).isCloseTo(0.0049, within(1e-12));
    assertThat(latency.ratio()).isCloseTo(0.49, within(1e-12));
    assertThat(latency.relativeError()).isEqualTo(0.05);
    assertThat(latency.basis()).isEqualTo(Basis.MODELLED);
  }

  @Test
  void splitsTheTimeByBasis() {
    Prediction prediction = timed.predict(List.of(FLOAT_CONV, QUANTIZE, INT_CONV, LOW_CONV));
    // 10000 measured + 1400 scaled + 3500 modelled + 10000 fallback
    assertThat(prediction.millis()).isCloseTo(0.0249, within(1e-12));
    assertThat(prediction.share(Basis.MEASURED)).isCloseTo(10 / 24.9, within(1e-12));
    assertThat(prediction.share(Basis.SCALED)).isCloseTo(1.4 / 24.9, within(1e-12));
    assertThat(prediction.modelledShare()).isCloseTo(13.5 / 24.9, within(1e-12));
    assertThat(prediction.weakestBasis()).isEqualTo(Basis.NO_KERNEL);
    assertThat(timed.predict(List.of(FLOAT_CONV)).modelledShare()).isZero();
  }

  @Test
  void namesTheKernelThatAProfileDoesNotKnow() {
    KernelUse pool = Networks.plain(Op.POOL, INTEGER_STATIC, 4, 1);
    assertThatThrownBy(() -> timed.predict(List.of(pool)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("profile 'board' says nothing about pool")
        .hasMessageContaining("integer-static")
        .hasMessageContaining("'POOL'");
  }

  @Test
  void takesTheBusiestOfTheResources() {
    // 1 GHz, 2 instructions, 1 multiply, 1 load per cycle; memory 1 B/ns, cache 10 B/ns up to 100
    // B.
    Pipeline pipeline =
        new Pipeline(fact(1e9), fact(2), fact(1), fact(1), fact(1e9), fact(100), fact(10e9));
    KernelUse use = new KernelUse(Op.CONV, FLOAT, 32, "a", 100, 10, 10, 10);
    Terms one = new Terms(1, 0, 0, 0, 0);
    Terms half = new Terms(0.5, 0, 0, 0, 0);
    // Issue: 100 / 2 = 50 cycles, at efficiency 0.5 100 ns; then 1 microsecond.
    assertThat(cost(one, Terms.NONE, Terms.NONE, Terms.NONE).nanos(use, pipeline)).isEqualTo(1100);
    // Multiplies: 100 cycles.
    assertThat(cost(one, one, half, Terms.NONE).nanos(use, pipeline)).isEqualTo(1200);
    // Loads: 100 cycles.
    assertThat(cost(one, half, one, Terms.NONE).nanos(use, pipeline)).isEqualTo(1200);
    // Weights 10 x 50 B = 500 ns from memory; activations 20 x 4 B = 8 ns from the cache.
    assertThat(cost(one, Terms.NONE, Terms.NONE, new Terms(0, 0, 4, 4, 50)).nanos(use, pipeline))
        .isEqualTo(1508);
    // 20 x 40 B do not fit the cache: 800 ns.
    assertThat(cost(one, Terms.NONE, Terms.NONE, new Terms(0, 0, 40, 40, 0)).nanos(use, pipeline))
        .isEqualTo(1800);
  }

  private static Cost.Counted cost(Terms instructions, Terms multiplies, Terms loads, Terms bytes) {
    return new Cost.Counted(instructions, multiplies, loads, bytes, 0.5, 1);
  }

  private static Fact fact(double value) {
    return new Fact(value, Fact.Status.ASSUMED, "a test");
  }

  @Test
  void countsPatchElementsAsConvolutionsGatherThem() {
    // 3x3, 16 to 32 channels, 8x8 positions: 64 positions x 144 inputs each.
    KernelUse conv = Networks.conv(FLOAT, 32, 16, 32, 3, 8, 1);
    assertThat(Terms.patchElements(conv)).isCloseTo(64 * 144, within(1e-9));
    // Products and 1x1 convolutions read their inputs where they lie.
    assertThat(Terms.patchElements(Networks.matmul(FLOAT, 32, 5, 7, 11))).isZero();
    assertThat(Terms.patchElements(Networks.conv(FLOAT, 32, 16, 32, 1, 8, 1))).isZero();
    assertThat(Terms.patchElements(QUANTIZE)).isZero();
  }
}
