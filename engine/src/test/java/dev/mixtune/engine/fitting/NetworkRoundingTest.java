package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.ExecutedKernels;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkRoundingTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  private ExecutorService executor;

  @BeforeEach
  void start() {
    executor = Executors.newFixedThreadPool(2);
  }

  @AfterEach
  void stop() {
    executor.shutdown();
  }

  private static Network network() throws IOException {
    return new SmallNetworks(11, 3, 8, 8)
        .conv(new long[] {16, 3, 3, 3}, SmallNetworks.ints("pads", 1L, 1L, 1L, 1L))
        .then("Relu")
        .conv(
            new long[] {16, 1, 3, 3},
            SmallNetworks.one("group", 16),
            SmallNetworks.ints("strides", 2L, 2L))
        .then("Relu")
        .conv(new long[] {24, 16, 1, 1})
        .then("Relu")
        .then("GlobalAveragePool")
        .then("Flatten")
        .gemm(24, 10)
        .read();
  }

  private interface Pixel {
    float at(Random random, int index);
  }

  private static List<Map<String, Tensor>> batches(int samples, int batch, Pixel pixel) {
    Random random = new Random(4);
    List<Map<String, Tensor>> batches = new ArrayList<>();
    for (int first = 0; first < samples; first += batch) {
      int count = Math.min(batch, samples - first);
      float[] values = new float[count * 3 * 64];
      for (int i = 0; i < values.length; i++) {
        values[i] = pixel.at(random, i);
      }
      batches.add(Map.of("x", new Tensor.Floats(values, new long[] {count, 3, 8, 8})));
    }
    return batches;
  }

  private static List<Map<String, Tensor>> gaussian(int samples, int batch) {
    return batches(samples, batch, (random, index) -> (float) random.nextGaussian());
  }

  private static Calibration calibration(
      Network network, List<Map<String, Tensor>> batches, String method) {
    return new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named(method));
  }

  private RoundedNetwork round(Network network, List<Map<String, Tensor>> batches) {
    return new NetworkRounding(
            network,
            RUNTIME,
            calibration(network, batches, "min-max"),
            FittingSettings.defaults(),
            executor)
        .round(() -> batches, FittingProgress.silent());
  }

  @Test
  void answersComeCloserToFloatThanPlainRoundingOnSamplesNobodySaw() throws IOException {
    Network network = network();
    RoundedNetwork fitted = round(network, gaussian(96, 32));
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));
    Calibration calibration = calibration(network, gaussian(96, 32), "min-max");
    Map<String, Tensor> unseen = gaussian(192, 192).get(0);

    for (Scheme scheme : List.of(Scheme.W4A8, Scheme.W2A8)) {
      double plainError = distance(network, calibration, plain, scheme, unseen);
      double fittedError = distance(network, calibration, fitted.library(), scheme, unseen);
      assertThat(fittedError).as(scheme.id()).isLessThan(0.7 * plainError);
    }
  }

  private static double distance(
      Network network,
      Calibration calibration,
      RoundingLibrary library,
      Scheme scheme,
      Map<String, Tensor> inputs) {
    Plan plan = Plan.uniform(network.layers().size(), scheme);
    byte[] model = new PlanLowering(network, calibration, library).lower(plan).model();
    float[] wanted = run(network.originalModel(), inputs);
    float[] actual = run(model, inputs);
    double sum = 0;
    for (int i = 0; i < wanted.length; i++) {
      sum += Math.pow(wanted[i] - actual[i], 2);
    }
    return sum;
  }

  private static float[] run(byte[] model, Map<String, Tensor> inputs) {
    try (Session session = RUNTIME.open(model, 1)) {
      return ((Tensor.Floats) session.run(inputs).get(0)).values();
    }
  }

  @Test
  void everyLayerAndWidthIsReportedAndRunsOnIntegerKernels() throws IOException {
    Network network = network();
    RoundedNetwork fitted = round(network, gaussian(32, 8));

    assertThat(fitted.report().entries()).hasSize(4 * 3);
    assertThat(fitted.report().networks())
        .extracting(error -> error.plan().substring(0, 4))
        .containsExactly("w8a8", "w4a8", "w2a8");
    for (RoundingReport.Entry entry : fitted.report().entries()) {
      assertThat(entry.errors()).containsKeys("nearest", "mse", "gptq");
      assertThat(entry.errors().containsKey("codebook")).isEqualTo(entry.bits() < 8);
      assertThat(entry.error()).isNotNegative();
      Layer layer = network.layers().get(entry.layer());
      assertThat(fitted.library().perChannel(layer, entry.bits()).method())
          .isEqualTo(entry.chosen());
    }
    Calibration calibration = calibration(network, gaussian(32, 8), "min-max");
    PlanLowering lowering = new PlanLowering(network, calibration, fitted.library());
    for (Scheme scheme : List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8)) {
      LoweredPlan lowered = lowering.lower(Plan.uniform(4, scheme));
      ExecutedKernels executed = ExecutedKernels.inspect(RUNTIME, network, lowered);
      assertThat(executed.kernels())
          .containsExactly("QLinearConv", "QLinearConv", "QLinearConv", "QGemm");
    }
  }

  @Test
  void theSameSamplesGiveTheSameCodes() throws IOException {
    Network network = network();
    RoundedNetwork once = round(network, gaussian(32, 32));
    RoundedNetwork again = round(network, gaussian(32, 32));
    for (Layer layer : network.layers()) {
      for (int bits : new int[] {8, 4, 2}) {
        RoundedWeights first = once.library().perChannel(layer, bits);
        RoundedWeights second = again.library().perChannel(layer, bits);
        assertThat(second.codes()).isEqualTo(first.codes());
        assertThat(second.scales()).isEqualTo(first.scales());
        assertThat(again.library().bias(layer, bits).orElseThrow())
            .isEqualTo(once.library().bias(layer, bits).orElseThrow());
      }
    }
  }

  @Test
  void aPlanIsRoundedInItsOwnContextAndLeavesFloatLayersAlone() throws IOException {
    Network network = network();
    List<Map<String, Tensor>> batches = gaussian(32, 16);
    Plan plan = new Plan(List.of(Scheme.W8A8, Scheme.F32, Scheme.W2A8, Scheme.W4A8));
    RoundedNetwork fitted =
        new NetworkRounding(
                network,
                RUNTIME,
                calibration(network, batches, "min-max"),
                FittingSettings.defaults(),
                executor)
            .roundFor(plan, () -> batches, FittingProgress.silent());

    assertThat(fitted.report().entries())
        .extracting(entry -> entry.layer() + ":" + entry.bits())
        .containsExactly("0:8", "2:2", "3:4");
    assertThat(fitted.library().bias(network.layers().get(1), 8)).isEmpty();
  }

  @Test
  void constantZeroTinyAndSingleSamplesAreRoundedLikeAnyOther() throws IOException {
    Network network = network();
    List<Pixel> pixels =
        List.of(
            (random, index) -> 1.5f,
            (random, index) -> 0f,
            (random, index) -> 1e-30f * random.nextFloat(),
            (random, index) -> index % 64 == 0 ? Float.NaN : (float) random.nextGaussian());
    for (Pixel pixel : pixels) {
      Calibration calibration = calibration(network, gaussian(8, 8), "min-max");
      for (int samples : new int[] {1, 16}) {
        List<Map<String, Tensor>> batches = batches(samples, 16, pixel);
        RoundedNetwork fitted =
            new NetworkRounding(network, RUNTIME, calibration, FittingSettings.defaults(), executor)
                .round(() -> batches, FittingProgress.silent());
        for (Layer layer : network.layers()) {
          for (int bits : new int[] {8, 4, 2}) {
            RoundedWeights rounded = fitted.library().perChannel(layer, bits);
            assertThat(rounded.values()).doesNotContain(Float.NaN);
            for (float scale : rounded.scales()) {
              assertThat(scale).isPositive().isFinite();
            }
            for (float bias : fitted.library().bias(layer, bits).orElse(new float[0])) {
              assertThat(bias).isFinite();
            }
          }
        }
      }
    }
  }

  @Test
  void aCachedNetworkIsReadBackAndADamagedOneIsMadeAgain(@TempDir Path folder) throws IOException {
    Network network = network();
    List<Map<String, Tensor>> batches = gaussian(16, 8);
    Calibration calibration = calibration(network, batches, "min-max");
    FittingSettings settings = FittingSettings.defaults();
    String key = RoundingCache.key(network, RUNTIME.version(), calibration, settings, batches);
    RoundingCache cache = new RoundingCache(folder.resolve("new"));
    RoundedNetwork made = cache.get(network, key, () -> round(network, batches));

    RoundedNetwork read =
        cache.get(
            network,
            key,
            () -> {
              throw new IllegalStateException("the cache was not used");
            });
    assertThat(read.report()).isEqualTo(made.report());
    for (Layer layer : network.layers()) {
      for (int bits : new int[] {8, 4, 2}) {
        RoundedWeights stored = read.library().perChannel(layer, bits);
        assertThat(stored.codes()).isEqualTo(made.library().perChannel(layer, bits).codes());
        assertThat(stored.scales()).isEqualTo(made.library().perChannel(layer, bits).scales());
        assertThat(read.library().bias(layer, bits).orElseThrow())
            .isEqualTo(made.library().bias(layer, bits).orElseThrow());
      }
    }

    Path file = folder.resolve("new").resolve(key + ".rounded");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    AtomicInteger made2 = new AtomicInteger();
    cache.get(
        network,
        key,
        () -> {
          made2.incrementAndGet();
          return made;
        });
    assertThat(made2).hasValue(1);
    Files.write(file, new byte[5]);
    assertThat(cache.get(network, key, () -> made)).isSameAs(made);
  }

  @Test
  void keysDependOnSamplesRangesAndSettings() throws IOException {
    Network network = network();
    List<Map<String, Tensor>> batches = gaussian(16, 16);
    FittingSettings settings = FittingSettings.defaults();
    Calibration ranges = calibration(network, batches, "min-max");
    String key = RoundingCache.key(network, RUNTIME.version(), ranges, settings, batches);

    assertThat(key)
        .isNotEqualTo(
            RoundingCache.key(network, RUNTIME.version(), ranges, settings, gaussian(15, 15)))
        .isNotEqualTo(
            RoundingCache.key(
                network, RUNTIME.version(), ranges, settings.withSparsity(0.5), batches))
        .isNotEqualTo(
            RoundingCache.key(
                network, RUNTIME.version(), ranges, settings.withWidths(List.of(8)), batches))
        .isNotEqualTo(
            RoundingCache.key(
                network,
                RUNTIME.version(),
                calibration(network, batches, "percentile-99.9"),
                settings,
                batches))
        .isEqualTo(
            RoundingCache.key(network, RUNTIME.version(), ranges, settings, gaussian(16, 16)));
  }

  @Test
  void keysDependOnTheRuntimeAndOnTheLengthsOfOpenAxes() throws IOException {
    Network shorter = sequence().read(Map.of("open", 5L));
    Network longer = sequence().read(Map.of("open", 7L));
    List<Map<String, Tensor>> batches =
        List.of(Map.of("x", new Tensor.Floats(new float[5 * 12], new long[] {1, 5, 12})));
    Calibration ranges = calibration(shorter, batches, "min-max");
    FittingSettings settings = FittingSettings.defaults();
    String key = RoundingCache.key(shorter, "runtime 1", ranges, settings, batches);

    assertThat(longer.sha256()).isEqualTo(shorter.sha256());
    assertThat(key)
        .isNotEqualTo(RoundingCache.key(longer, "runtime 1", ranges, settings, batches))
        .isNotEqualTo(RoundingCache.key(shorter, "runtime 2", ranges, settings, batches))
        .isEqualTo(RoundingCache.key(shorter, "runtime 1", ranges, settings, batches));
  }

  private static SmallNetworks sequence() {
    return new SmallNetworks(21, -1, 12).matMul(12, 8);
  }

  @Test
  void matrixProductsWithDynamicRangesAreRoundedOnFloatInputs() throws IOException {
    Network network = new SmallNetworks(21, 5, 12).matMul(12, 16).then("Relu").matMul(16, 8).read();
    Random random = new Random(1);
    float[] values = new float[24 * 5 * 12];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    List<Map<String, Tensor>> batches =
        List.of(Map.of("x", new Tensor.Floats(values, new long[] {24, 5, 12})));
    RoundedNetwork fitted = round(network, batches);
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));
    Calibration calibration = calibration(network, batches, "min-max");

    double fittedError =
        distance(network, calibration, fitted.library(), Scheme.W2A8_DYNAMIC, batches.get(0));
    double plainError = distance(network, calibration, plain, Scheme.W2A8_DYNAMIC, batches.get(0));
    assertThat(fittedError).isLessThan(plainError);
    assertThat(fitted.report().entries()).hasSize(2 * 3);
  }

  @Test
  void noSamplesAreRefused() throws IOException {
    Network network = network();
    Calibration calibration = calibration(network, gaussian(2, 2), "min-max");
    NetworkRounding rounding =
        new NetworkRounding(network, RUNTIME, calibration, FittingSettings.defaults(), executor);

    assertThatThrownBy(() -> rounding.round(List::of, FittingProgress.silent()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one calibration sample");
  }
}
