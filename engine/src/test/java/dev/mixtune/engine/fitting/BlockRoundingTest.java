package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.PlainOrt;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockRoundingTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  private static Network network() throws IOException {
    return new SmallNetworks(8, 5, 40).matMul(40, 70).add(70).then("Relu").matMul(70, 12).read();
  }

  private static RoundedNetwork fitted(
      Network network, Calibration calibration, List<Map<String, Tensor>> batches) {
    UniformNetworks all = UniformNetworks.of(network, FittingSettings.defaults());
    return fitted(network, calibration, all, batches);
  }

  private static RoundedNetwork fitted(
      Network network,
      Calibration calibration,
      UniformNetworks networks,
      List<Map<String, Tensor>> batches) {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      return new NetworkRounding(
              network, RUNTIME, calibration, FittingSettings.defaults(), executor)
          .round(networks, () -> batches, FittingProgress.silent());
    } finally {
      executor.shutdown();
    }
  }

  /** Sequences of different lengths, one in a batch: as text comes. */
  private static List<Map<String, Tensor>> sequences(int count, int longest) {
    Random random = new Random(count);
    List<Map<String, Tensor>> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = 1 + random.nextInt(longest);
      float[] values = new float[length * 40];
      for (int j = 0; j < values.length; j++) {
        values[j] = (float) random.nextGaussian() + 0.5f * (j % 3);
      }
      batches.add(Map.of("x", new Tensor.Floats(values, new long[] {1, length, 40})));
    }
    return batches;
  }

  private static Calibration calibration(Network network, List<Map<String, Tensor>> batches) {
    return new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("min-max"));
  }

  @Test
  void blocksFittedToSequencesAnswerBetterThanPlainOnesOnOthers() throws IOException {
    Network network = openNetwork();
    List<Map<String, Tensor>> batches = sequences(120, 5);
    Calibration calibration = calibration(network, batches);
    RoundedNetwork fitted = fitted(network, calibration, batches);
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));

    List<Map<String, Tensor>> unseen = sequences(60, 5);
    for (Scheme scheme : List.of(Scheme.W4_BLOCK, Scheme.W2_BLOCK)) {
      PlanLowering before = new PlanLowering(network, calibration, plain);
      PlanLowering after = new PlanLowering(network, calibration, fitted.library());
      Plan plan = Plan.uniform(2, scheme);
      assertThat(distance(network, after.lower(plan).model(), unseen))
          .as(scheme.id())
          .isLessThan(0.8 * distance(network, before.lower(plan).model(), unseen));
    }
    assertThat(fitted.report().blocks())
        .extracting(entry -> entry.layer() + ":" + entry.bits())
        .containsExactlyInAnyOrder("0:4", "0:2", "1:4", "1:2");
    for (RoundingReport.Entry entry : fitted.report().blocks()) {
      Layer layer = network.layers().get(entry.layer());
      assertThat(entry.errors()).containsKey("mse");
      assertThat(entry.errors().keySet()).anyMatch(method -> method.startsWith("gptq"));
      Scheme scheme = Scheme.ofBlocks(entry.bits(), 32);
      assertThat(fitted.library().blockwise(layer, scheme).method()).isEqualTo(entry.chosen());
    }
    assertThat(fitted.library().bias(network.layers().get(0), Scheme.W2_BLOCK)).isPresent();
    assertThat(fitted.library().bias(network.layers().get(1), Scheme.W2_BLOCK)).isEmpty();
    assertThat(fitted.library().bias(network.layers().get(0), Scheme.F32)).isEmpty();
  }

  private static Network openNetwork() throws IOException {
    return new SmallNetworks(8, -1, 40).matMul(40, 70).add(70).then("Relu").matMul(70, 12).read();
  }

  /** Every file as a user opens it, against nested loops over codes and scales. */
  @ParameterizedTest
  @CsvSource({"32, 40", "64, 200", "128, 200"})
  void theKernelReadsNegativeScalesAndShortLastBlocks(int size, int inputs) throws IOException {
    Network network = new SmallNetworks(4, 5, inputs).matMul(inputs, 12).read();
    Layer layer = network.layers().get(0);
    List<Map<String, Tensor>> batches =
        List.of(Map.of("x", new Tensor.Floats(gaussian(5 * inputs), new long[] {1, 5, inputs})));
    Calibration calibration = calibration(network, batches);
    Random random = new Random(6);
    int count = (inputs + size - 1) / size;
    for (int bits : new int[] {8, 4, 2}) {
      byte[] codes = new byte[inputs * 12];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) (random.nextInt(1 << bits) - (1 << (bits - 1)));
      }
      float[] scales = new float[12 * count];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = (i % 2 == 0 ? -1 : 1) * (0.01f + random.nextFloat());
      }
      BlockWeights blocks = BlockWeights.of(bits, size, inputs, 12, codes, scales, "test");
      RoundingLibrary library =
          new RoundingLibrary(network, RoundingMethods.named("mse")).with(layer, blocks, null);
      Plan plan = Plan.uniform(1, Scheme.ofBlocks(bits, size));
      LoweredPlan lowered = new PlanLowering(network, calibration, library).lower(plan);
      long bytes = 12L * count * (size * bits / 8 + 4);
      assertThat(lowered.storedWeightBytes()).isEqualTo(bytes);
      assertThat(lowered.storedWeightBits()).isEqualTo(8.0 * bytes / (12 * inputs));

      float[] x = ((Tensor.Floats) batches.get(0).get("x")).values();
      double[] expected = new double[5 * 12];
      for (int n = 0; n < 12; n++) {
        for (int k = 0; k < inputs; k++) {
          double weight = codes[k * 12 + n] * (double) scales[n * count + k / size];
          assertThat((double) blocks.values()[k * 12 + n]).isCloseTo(weight, within(1e-5));
          for (int row = 0; row < 5; row++) {
            expected[row * 12 + n] += x[row * inputs + k] * weight;
          }
        }
      }
      for (boolean optimised : new boolean[] {true, false}) {
        List<Tensor> outputs = PlainOrt.run(lowered.model(), batches.get(0), optimised);
        float[] answers = ((Tensor.Floats) outputs.get(0)).values();
        double squares = 0;
        double errors = 0;
        for (int i = 0; i < expected.length; i++) {
          squares += expected[i] * expected[i];
          errors += Math.pow(answers[i] - expected[i], 2);
        }
        // The kernel puts activations on 8 bits: a wrong sign or block would err by 1 or more.
        assertThat(errors / squares).as("%d bits, %s", bits, optimised).isLessThan(1e-3);
      }
    }
  }

  /** Half of the network in one implementation, half in another: one network for each width. */
  @Test
  void onlyWhatIsOfferedIsFitted() throws IOException {
    Network network =
        new SmallNetworks(8, -1, 40).matMul(40, 70).add(70).then("Relu").matMul(70, 12).read();
    List<Map<String, Tensor>> batches = sequences(60, 5);
    Calibration calibration = calibration(network, batches);
    UniformNetworks networks =
        UniformNetworks.of(
            network,
            FittingSettings.defaults().withWidths(List.of(4, 2)),
            layer ->
                layer.index() == 0
                    ? List.of(Scheme.W4A8, Scheme.W2A8_DYNAMIC)
                    : List.of(Scheme.W4_BLOCK_64, Scheme.W2_BLOCK));
    assertThat(networks.plans()).extracting(Plan::key).containsExactly("w4a8d w4b64", "w2a8d w2b");

    RoundedNetwork fitted = fitted(network, calibration, networks, batches);
    assertThat(fitted.report().entries())
        .extracting(entry -> entry.layer() + ":" + entry.bits())
        .containsExactlyInAnyOrder("0:4", "0:2");
    assertThat(fitted.report().blocks())
        .extracting(entry -> entry.layer() + ":" + entry.bits() + ":" + entry.blockSize())
        .containsExactlyInAnyOrder("1:4:64", "1:2:32");
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));
    Layer last = network.layers().get(1);
    assertThat(fitted.library().blockwise(last, Scheme.W4_BLOCK_64).method()).contains("gptq");
    // What nobody fitted is rounded plainly, as it is in a library of its own.
    assertThat(fitted.library().blockwise(last, Scheme.W4_BLOCK).packed())
        .isEqualTo(plain.blockwise(last, Scheme.W4_BLOCK).packed());
    List<Map<String, Tensor>> unseen = sequences(40, 5);
    for (Plan plan : networks.plans()) {
      byte[] before = new PlanLowering(network, calibration, plain).lower(plan).model();
      byte[] after = new PlanLowering(network, calibration, fitted.library()).lower(plan).model();
      assertThat(distance(network, after, unseen))
          .as(plan.key())
          .isLessThan(0.9 * distance(network, before, unseen));
    }
  }

  /** The choice comes before the weights: it must not change the codes that are chosen. */
  @Test
  void fittingLessGivesTheSameCodes() throws IOException {
    Network network = openNetwork();
    List<Map<String, Tensor>> batches = sequences(60, 5);
    Calibration calibration = calibration(network, batches);
    RoundedNetwork all = fitted(network, calibration, batches);
    UniformNetworks integers =
        UniformNetworks.of(
            network,
            FittingSettings.defaults(),
            layer -> List.of(Scheme.W8A8, Scheme.W4A8, Scheme.W2A8));
    UniformNetworks blocks =
        UniformNetworks.of(
            network,
            FittingSettings.defaults().withWidths(List.of(4, 2)),
            layer -> List.of(Scheme.W4_BLOCK, Scheme.W2_BLOCK));
    RoundedNetwork onIntegers = fitted(network, calibration, integers, batches);
    RoundedNetwork inBlocks = fitted(network, calibration, blocks, batches);

    assertThat(integers.plans()).hasSize(3);
    assertThat(blocks.plans()).hasSize(2);
    assertThat(onIntegers.report().entries()).isEqualTo(all.report().entries());
    assertThat(inBlocks.report().blocks()).isEqualTo(all.report().blocks());
    for (Layer layer : network.layers()) {
      for (int bits : new int[] {8, 4, 2}) {
        assertThat(onIntegers.library().perChannel(layer, bits).codes())
            .isEqualTo(all.library().perChannel(layer, bits).codes());
      }
      for (Scheme scheme : List.of(Scheme.W4_BLOCK, Scheme.W2_BLOCK)) {
        assertThat(inBlocks.library().blockwise(layer, scheme).packed())
            .isEqualTo(all.library().blockwise(layer, scheme).packed());
      }
    }
  }

  @Test
  void cachedBlocksAreReadBack(@TempDir Path folder) throws IOException {
    Network network = network();
    List<Map<String, Tensor>> batches =
        List.of(Map.of("x", new Tensor.Floats(gaussian(24 * 5 * 40), new long[] {24, 5, 40})));
    Calibration calibration = calibration(network, batches);
    RoundingCache cache = new RoundingCache(folder);
    RoundedNetwork made = cache.get(network, "key", () -> fitted(network, calibration, batches));
    RoundedNetwork read =
        cache.get(
            network,
            "key",
            () -> {
              throw new IllegalStateException("the cache was not used");
            });

    assertThat(read.report()).isEqualTo(made.report());
    assertThat(read.report().blocks()).hasSize(4);
    for (Layer layer : network.layers()) {
      for (int bits : new int[] {4, 2}) {
        Scheme scheme = Scheme.ofId("w" + bits + "b");
        BlockWeights stored = read.library().blockwise(layer, scheme);
        assertThat(stored.packed()).isEqualTo(made.library().blockwise(layer, scheme).packed());
        assertThat(stored.scales()).isEqualTo(made.library().blockwise(layer, scheme).scales());
        assertThat(read.library().bias(layer, scheme).isPresent())
            .isEqualTo(made.library().bias(layer, scheme).isPresent());
        read.library()
            .bias(layer, scheme)
            .ifPresent(
                bias ->
                    assertThat(bias).isEqualTo(made.library().bias(layer, scheme).orElseThrow()));
      }
    }
  }

  private static float[] gaussian(int count) {
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double distance(Network network, byte[] model, List<Map<String, Tensor>> batches) {
    double sum = 0;
    for (Map<String, Tensor> batch : batches) {
      float[] wanted = run(network.originalModel(), batch);
      float[] actual = run(model, batch);
      for (int i = 0; i < wanted.length; i++) {
        sum += Math.pow(wanted[i] - actual[i], 2);
      }
    }
    return sum;
  }

  private static float[] run(byte[] model, Map<String, Tensor> inputs) {
    try (Session session = RUNTIME.open(model, 1)) {
      return ((Tensor.Floats) session.run(inputs).get(0)).values();
    }
  }
}
