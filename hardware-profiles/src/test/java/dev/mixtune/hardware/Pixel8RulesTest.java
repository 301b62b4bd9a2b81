package dev.mixtune.hardware;

import static dev.mixtune.engine.Arithmetic.BLOCKWISE;
import static dev.mixtune.engine.Arithmetic.FLOAT;
import static dev.mixtune.engine.Arithmetic.INTEGER_DYNAMIC;
import static dev.mixtune.engine.Arithmetic.INTEGER_STATIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.engine.Latency;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** What an honest profile of a core of this device must satisfy, whatever its numbers. */
@ParameterizedClass
@CsvSource({
  "pixel8, 2.914e9, 4, 3, 11.475e9",
  "pixel8-a715, 2.367e9, 2, 3, 11.475e9",
  "pixel8-a510, 1.704e9, 2, 2, 5.7e9"
})
class Pixel8RulesTest {
  private static final int[] CHANNELS = {3, 16, 64, 256};
  private static final int[] SIZES = {4, 16, 56};

  private final double clock;
  private final int pipes;
  private final int loads;
  private final double memory;
  private final Profile profile;
  private final ProfileLatencyModel model;

  Pixel8RulesTest(String name, double clock, int pipes, int loads, double memory) {
    this.clock = clock;
    this.pipes = pipes;
    this.loads = loads;
    this.memory = memory;
    this.profile = ((ProfileTarget) new Targets(TargetsTest.HOST).find(name)).profile();
    this.model = new ProfileLatencyModel(profile);
  }

  @Test
  void nothingIsCalledMeasured() {
    assertThat(profile.kernels())
        .extracting(KernelEntry::basis)
        .containsOnly(Basis.MODELLED, Basis.NO_KERNEL);
    assertThat(profile.kernels()).allMatch(entry -> entry.source().length() > 20);
    assertThat(profile.statedError()).isNull();
  }

  @Test
  void fewerStoredBitsNeverMakeAConvolutionFaster() {
    for (Op op : List.of(Op.CONV, Op.DEPTHWISE_CONV, Op.GROUPED_CONV)) {
      for (KernelUse use : shapes(INTEGER_STATIC, 8)) {
        double eight = model.nanos(with(use, op, INTEGER_STATIC, 8));
        assertThat(model.nanos(with(use, op, INTEGER_STATIC, 4))).isEqualTo(eight);
        assertThat(model.nanos(with(use, op, INTEGER_STATIC, 2))).isEqualTo(eight);
        assertThat(model.nanos(with(use, op, FLOAT, 16)))
            .isEqualTo(model.nanos(with(use, op, FLOAT, 32)));
      }
    }
  }

  /** 4 float MACs and 32 INT8 MACs (SMMLA) per cycle on each 128-bit pipe. */
  @Test
  void noEntryBeatsTheInstructionPeak() {
    for (Op op : List.of(Op.CONV, Op.DEPTHWISE_CONV, Op.GROUPED_CONV, Op.MATMUL)) {
      for (KernelUse use : shapes(FLOAT, 32)) {
        assertThat(model.nanos(with(use, op, FLOAT, 32)))
            .isGreaterThan(1e9 * use.macs() / (4 * pipes) / clock);
        assertThat(model.nanos(with(use, op, INTEGER_STATIC, 8)))
            .isGreaterThan(1e9 * use.macs() / (32 * pipes) / clock);
        if (op == Op.MATMUL) {
          for (int bits : new int[] {2, 4, 8}) {
            assertThat(model.nanos(with(use, op, BLOCKWISE, bits)))
                .isGreaterThan(1e9 * use.macs() / (32 * pipes) / clock);
            assertThat(model.nanos(with(use, op, INTEGER_DYNAMIC, bits)))
                .isGreaterThan(1e9 * use.macs() / (32 * pipes) / clock);
          }
        }
      }
    }
  }

  @Test
  void changingThePrecisionAlwaysCosts() {
    for (Arithmetic arithmetic : Arithmetic.values()) {
      for (long elements : new long[] {1, 1000, 1_000_000}) {
        for (Op op : List.of(Op.QUANTIZE, Op.DEQUANTIZE)) {
          double nanos = model.nanos(Networks.plain(op, arithmetic, elements, elements));
          // At least a nanosecond, and at least one load per 16 bytes at each load pipe.
          assertThat(nanos).isGreaterThan(Math.max(1, 1e9 * elements / 16 / loads / clock));
        }
      }
    }
    List<KernelUse> plain = Networks.resnet20(INTEGER_STATIC, 8);
    List<KernelUse> broken = new ArrayList<>(plain);
    broken.add(Networks.plain(Op.DEQUANTIZE, FLOAT, 4096, 4096));
    broken.add(Networks.plain(Op.QUANTIZE, FLOAT, 4096, 4096));
    assertThat(model.predict(broken).millis()).isGreaterThan(model.predict(plain).millis() * 1.001);
  }

  @Test
  void lowBitMatmulsAreBoundByBytesAndByInstructions() {
    for (int rows : new int[] {1, 16, 128}) {
      for (int width : new int[] {128, 512, 2048}) {
        for (int bits : new int[] {2, 4, 8}) {
          KernelUse use = Networks.matmul(BLOCKWISE, bits, rows, width, width);
          double bytes = use.weightElements() * bits / 8.0;
          // Fewer multiplies than one SMMLA per 32 MACs are impossible.
          double compute = use.macs() / 32.0 / pipes / clock;
          assertThat(model.nanos(use)).isGreaterThan(1e9 * Math.max(bytes / memory, compute));
        }
      }
    }
  }

  @Test
  void missingKernelsTakeTheTimeOfFloat() {
    for (KernelUse use : shapes(BLOCKWISE, 4)) {
      assertThat(model.nanos(use)).isEqualTo(model.nanos(with(use, Op.CONV, FLOAT, 32)));
    }
    assertThat(model.predict(shapes(BLOCKWISE, 4)).weakestBasis()).isEqualTo(Basis.NO_KERNEL);
  }

  @Test
  void integerNetworksAreFasterThanFloatOnes() {
    Latency resnet = ratio(Networks.resnet20(INTEGER_STATIC, 8), Networks.resnet20(FLOAT, 32));
    Latency mobile =
        ratio(Networks.mobilenetV2(INTEGER_STATIC, 4), Networks.mobilenetV2(FLOAT, 32));
    // Arm's figures for INT8 against float on Raspberry Pi class cores: 2 to 6 times faster.
    assertThat(resnet.ratio()).isBetween(1 / 6.0, 1 / 2.0);
    assertThat(mobile.ratio()).isBetween(1 / 6.0, 1 / 2.0);
    assertThat(resnet.basis()).isEqualTo(Basis.MODELLED);
  }

  private Latency ratio(List<KernelUse> plan, List<KernelUse> reference) {
    return model.latency(plan, reference);
  }

  private static List<KernelUse> shapes(Arithmetic arithmetic, int bits) {
    List<KernelUse> shapes = new ArrayList<>();
    for (int channels : CHANNELS) {
      for (int size : SIZES) {
        for (int kernel : new int[] {1, 3}) {
          shapes.add(Networks.conv(arithmetic, bits, channels, 2 * channels, kernel, size, 1));
        }
      }
    }
    return shapes;
  }

  private static KernelUse with(KernelUse use, Op op, Arithmetic arithmetic, int bits) {
    return new KernelUse(
        op,
        arithmetic,
        bits,
        use.name(),
        use.macs(),
        use.inputElements(),
        use.outputElements(),
        use.weightElements());
  }
}
