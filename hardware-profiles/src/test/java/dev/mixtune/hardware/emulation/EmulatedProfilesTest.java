package dev.mixtune.hardware.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.hardware.Cost;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileLatencyModel;
import dev.mixtune.hardware.ProfileReader;
import dev.mixtune.hardware.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped profiles from the committed counts once more, by other arithmetic. */
class EmulatedProfilesTest {

  @ParameterizedTest
  @CsvSource({
    "pixel8, pixel8",
    "pixel8-a715, pixel8",
    "pixel8-a510, pixel8",
    "raspberrypi5, raspberrypi5"
  })
  void theShippedFileIsWhatTheProgramMakesOfTheCommittedCounts(String device, String counted)
      throws IOException {
    CountTable table = CountTable.read(Path.of("evidence", counted + "-counts.csv"));
    Emulation.Made made = Emulation.make(EmulatedDevice.named(device), table, "onnxruntime 1.29.0");
    assertThat(made.json()).isEqualTo(Files.readString(shipped(device)));
  }

  @Test
  void theShippedGenericFileIsWhatTheProgramMakesOfTheCountsOfACortexA76() throws IOException {
    CountTable table = CountTable.read(Path.of("evidence", "raspberrypi5-counts.csv"));
    assertThat(Emulation.generic(table, "onnxruntime 1.29.0"))
        .isEqualTo(Files.readString(shipped("generic-arm64")));
  }

  /** Downhill search instead of subsets; the counts read and reduced by other code. */
  @ParameterizedTest
  @CsvSource({
    "pixel8, conv, f32, CONV, FLOAT, 32, CONVOLUTION",
    "raspberrypi5, conv, f32, CONV, FLOAT, 32, CONVOLUTION",
    "pixel8, conv, w8a8, CONV, INTEGER_STATIC, 8, CONVOLUTION",
    "raspberrypi5, conv, w8a8, CONV, INTEGER_STATIC, 8, CONVOLUTION",
    "pixel8, matmul, f32, MATMUL, FLOAT, 32, PRODUCT",
    "pixel8, matmul, w8a8d, MATMUL, INTEGER_DYNAMIC, 8, PRODUCT",
    "pixel8, matmul, w8b, MATMUL, BLOCKWISE, 8, PRODUCT",
    "raspberrypi5, matmul, w4b, MATMUL, BLOCKWISE, 4, PRODUCT",
    "pixel8, matmul, w2b, MATMUL, BLOCKWISE, 2, PRODUCT",
    "pixel8, add, w8a8, ADD, INTEGER_STATIC, 0, ELEMENTS",
    "pixel8-a715, conv, w8a8, CONV, INTEGER_STATIC, 8, CONVOLUTION",
    "pixel8-a510, conv, f32, CONV, FLOAT, 32, CONVOLUTION",
    "pixel8-a510, matmul, w4b, MATMUL, BLOCKWISE, 4, PRODUCT"
  })
  void termsFollowFromTheCounts(
      String device,
      String kind,
      String scheme,
      Op op,
      Arithmetic arithmetic,
      int bits,
      TermFit.Basis basis)
      throws IOException {
    CommittedCounts counts = new CommittedCounts(device.startsWith("pixel8") ? "pixel8" : device);
    double[] negation = call(counts, "negate", "f32");
    double[] addition = call(counts, "add", "w8a8");
    List<TermFit.Sample> samples = new ArrayList<>();
    List<String> texts = new ArrayList<>(counts.probes(kind, scheme));
    if (kind.equals("matmul")) {
      texts.addAll(counts.probes("gemm", scheme));
    }
    for (String text : texts) {
      Probe probe = Probe.parse(text);
      if (ProbeCatalogue.isHeldOut(probe) || probe.groups() > 1) {
        continue;
      }
      double count = counts.copy(text);
      if (kind.equals("conv") && scheme.equals("w8a8")) {
        count -= addition[0] + addition[1] * probe.use().outputElements();
      } else if (!kind.equals("add")) {
        count -= output(counts);
      }
      samples.add(new TermFit.Sample(probe.use(), count - negation[0], count));
    }
    double[] downhill = NaiveFit.of(samples, basis);
    Terms shipped = cost(device, op, arithmetic, bits).instructions();
    for (TermFit.Sample sample : samples) {
      double own = naive(downhill, sample.use());
      assertThat(shipped.of(sample.use()))
          .as(sample.use().name())
          .isCloseTo(own, within(0.02 * sample.scale()));
    }
    assertThat(samples).hasSizeGreaterThanOrEqualTo(4);
  }

  /** Fixed part and part per element, by a straight line through relative errors. */
  private static double[] call(CommittedCounts counts, String kind, String scheme) {
    List<TermFit.Sample> samples = new ArrayList<>();
    for (String text : counts.probes(kind, scheme)) {
      double count = counts.copy(text);
      samples.add(new TermFit.Sample(Probe.parse(text).use(), count, count));
    }
    double[] line = NaiveFit.of(samples, TermFit.Basis.CALL);
    return new double[] {line[5], line[3]};
  }

  private static double output(CommittedCounts counts) {
    double[] more =
        counts.probes("negate_out", "f32").stream()
            .mapToDouble(t -> counts.copy(t) - counts.copy(t.replace("negate_out", "negate")))
            .sorted()
            .toArray();
    return (more[1] + more[2]) / 2;
  }

  private static double naive(double[] terms, KernelUse use) {
    double positions = use.weightElements() == 0 ? 0 : (double) use.macs() / use.weightElements();
    double gathered = positions == 0 ? 0 : use.macs() / (use.outputElements() / positions);
    return terms[0] * use.macs()
        + (gathered > 1.0001 * use.inputElements() ? terms[1] * gathered : 0)
        + terms[2] * use.inputElements()
        + terms[3] * use.outputElements()
        + terms[4] * use.weightElements();
  }

  /** Four Cortex-A76 at 2.4 GHz, 4 wide, two vector pipes, two loads. */
  @ParameterizedTest
  @CsvSource({"false, 31.6", "true, 8.751"})
  void resnet18OnTheRaspberryPiTakesWhatArmPublished(boolean integer, double millis)
      throws IOException {
    CountTable table = CountTable.read(Path.of("evidence", "raspberrypi5-counts.csv"));
    PeakShares calibration =
        new PublishedModel(new EmulatedProfile(table)).calibrated(PublishedFigure.all());
    double seconds = 0;
    for (KernelUse use : KnownNetworks.named("ResNet-18").kernels(integer)) {
      Cost.Counted cost = cost("raspberrypi5", use.op(), use.arithmetic(), use.weightBits());
      double cycles =
          Math.max(
                  cost.instructions().of(use) / 4,
                  Math.max(cost.multiplies().of(use) / 2, cost.loads().of(use) / 2))
              / cost.efficiency();
      double weights = cost.bytes().perWeight() * use.weightElements();
      double activations = cost.bytes().of(use) - weights;
      double rate = activations <= 4 * 524288 ? 4 * 38.4e9 : 8.1e9;
      seconds +=
          Math.max(cycles / 2.4e9 / 4, activations / rate + weights / 8.1e9)
              + 1e-6 * cost.fixedMicros()
              + 1e-6 * calibration.barrierMicros();
    }
    assertThat(1e3 * seconds).isCloseTo(millis, withPercentage(1));
  }

  /** The instruction set is one, so are the kernels: what differs is the core that runs them. */
  @ParameterizedTest
  @ValueSource(strings = {"pixel8-a715", "pixel8-a510"})
  void coresOfOnePhoneExecuteTheSameInstructions(String device) {
    Profile fast = ProfileReader.read(shipped("pixel8"));
    Profile other = ProfileReader.read(shipped(device));
    assertThat(other.kernels()).hasSameSizeAs(fast.kernels());
    for (int i = 0; i < fast.kernels().size(); i++) {
      assertThat(other.kernels().get(i).op()).isEqualTo(fast.kernels().get(i).op());
      if (fast.kernels().get(i).cost() instanceof Cost.Counted cost) {
        Cost.Counted same = (Cost.Counted) other.kernels().get(i).cost();
        assertThat(same.instructions()).isEqualTo(cost.instructions());
        assertThat(same.multiplies()).isEqualTo(cost.multiplies());
        assertThat(same.loads()).isEqualTo(cost.loads());
        assertThat(same.bytes()).isEqualTo(cost.bytes());
      }
    }
    assertThat(other.provenance()).contains("counted for 'pixel8'");
    assertThat(fast.provenance()).doesNotContain("counted for");
  }

  /**
   * Cycles of a Cortex-A72 at 1.8 GHz by those of a Cortex-A53 at 1.5 GHz, the mean of the third
   * and the fourth of six networks; read from the file line by line.
   */
  @ParameterizedTest
  @CsvSource({"fp32, FLOAT, 32", "int8, INTEGER_STATIC, 8"})
  void anInOrderCoreKeepsWhatOneKeptBesideAnOutOfOrderOne(
      String precision, Arithmetic arithmetic, int bits) throws IOException {
    double[] kept =
        Files.readAllLines(Path.of("evidence", "published-in-order.csv")).stream()
            .filter(line -> line.contains("," + precision + ","))
            .mapToDouble(
                line -> {
                  String[] fields = line.split(",");
                  return 1.2 * Double.parseDouble(fields[2]) / Double.parseDouble(fields[3]);
                })
            .sorted()
            .toArray();
    assertThat(kept).hasSize(6);
    double median = (kept[2] + kept[3]) / 2;
    for (Op op : List.of(Op.CONV, Op.DEPTHWISE_CONV, Op.MATMUL)) {
      double outOfOrder = cost("raspberrypi5", op, arithmetic, bits).efficiency();
      assertThat(cost("pixel8-a510", op, arithmetic, bits).efficiency())
          .isCloseTo(outOfOrder * median, withPercentage(0.1));
      assertThat(cost("pixel8-a715", op, arithmetic, bits).efficiency()).isEqualTo(outOfOrder);
    }
  }

  /**
   * What a Cortex-A53 reached in float, 0.46 of its peak on MobileNetV1 (569 million products in
   * 207.92 ms at 1.5 GHz, four per cycle at most), 0.66 on ResNet-50 (3.86 billion in 975.40 ms),
   * part of it by Winograd: what an A510 is given lies between.
   */
  @Test
  void theShareOfAnInOrderCoreIsOneThatSuchACoreReached() {
    double slow = 569e6 / 0.20792 / 1.5e9 / 4;
    double fast = 3.86e9 / 0.97540 / 1.5e9 / 4;
    assertThat(cost("pixel8-a510", Op.CONV, Arithmetic.FLOAT, 32).efficiency())
        .isBetween(slow, fast);
  }

  /** Clock, issue, vector pipes, loads and bytes per second, written down once more. */
  @ParameterizedTest
  @CsvSource({
    "pixel8, 2.914e9, 6, 4, 3, 11.475e9, 524288, 46.624e9",
    "pixel8-a715, 2.367e9, 5, 2, 3, 11.475e9, 262144, 37.872e9",
    "pixel8-a510, 1.704e9, 3, 2, 2, 5.7e9, 131072, 13.632e9"
  })
  void aNetworkTakesTheCyclesOfItsCore(
      String device,
      double clock,
      double issue,
      double pipes,
      double loads,
      double memory,
      double cache,
      double near) {
    for (boolean integer : new boolean[] {false, true}) {
      List<KernelUse> kernels = KnownNetworks.named("ResNet-18").kernels(integer);
      double seconds = 0;
      for (KernelUse use : kernels) {
        Cost.Counted cost = cost(device, use.op(), use.arithmetic(), use.weightBits());
        double cycles =
            Math.max(
                    cost.instructions().of(use) / issue,
                    Math.max(cost.multiplies().of(use) / pipes, cost.loads().of(use) / loads))
                / cost.efficiency();
        double weights = cost.bytes().perWeight() * use.weightElements();
        double activations = cost.bytes().of(use) - weights;
        double moved = activations / (activations <= cache ? near : memory) + weights / memory;
        seconds += Math.max(cycles / clock, moved) + 1e-6 * cost.fixedMicros();
      }
      double millis =
          new ProfileLatencyModel(ProfileReader.read(shipped(device))).predict(kernels).millis();
      assertThat(millis).isCloseTo(1e3 * seconds, withPercentage(0.01));
    }
  }

  @Test
  void publishedFiguresAreForetold() throws IOException {
    CountTable table = CountTable.read(Path.of("evidence", "raspberrypi5-counts.csv"));
    PublishedReport report =
        new PublishedReport(new PublishedModel(new EmulatedProfile(table)), PublishedFigure.all());
    assertThat(report.medianRatio(/* onlyKnownThreads= */ false)).isBetween(0.67, 1.5);
    assertThat(report.medianRatio(/* onlyKnownThreads= */ true)).isBetween(0.67, 1.5);
    for (PublishedReport.Row row : report.rows()) {
      if (!row.figure().isCheck()) {
        assertThat(row.ratio()).as(row.figure().network()).isCloseTo(1, within(0.005));
      }
    }
    List<String> off =
        report.speedUps().stream()
            .filter(s -> Math.abs(s.ratio() - 1) > 0.25)
            .map(PublishedReport.SpeedUp::network)
            .toList();
    // Published: 5.9 times faster than a float run of 4 products per cycle and core.
    assertThat(off).containsExactly("WideResNet-50");
  }

  private static Cost.Counted cost(String device, Op op, Arithmetic arithmetic, int bits) {
    Profile profile = ProfileReader.read(shipped(device));
    return (Cost.Counted) profile.find(op, arithmetic, bits).orElseThrow().cost();
  }

  private static Path shipped(String device) {
    return Path.of("profiles", device + ".json");
  }
}
