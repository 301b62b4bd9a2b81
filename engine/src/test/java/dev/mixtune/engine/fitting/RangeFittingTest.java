package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.ActivationsOnlyModel;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.lowering.WeightsOnlyModel;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oracle is the integer model of a network whose weights lie on an 8-bit grid anyway. */
class RangeFittingTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();
  private static final int LAYERS = 4;

  @Test
  void activationsOnGridsAnswerAsTheIntegerModelOfTheSameWeights(@TempDir Path folder)
      throws IOException {
    Network network = network(folder);
    List<Map<String, Tensor>> batches = List.of(heavyTailed(16));
    for (String method : List.of("min-max", "mse", "percentile-99.9")) {
      Calibration calibration = calibration(network, batches, method);
      ActivationsOnlyModel model = new ActivationsOnlyModel(network, calibration, plan());
      Map<String, Tensor> inputs = new HashMap<>(batches.get(0));
      inputs.putAll(model.grids(calibration));

      float[] simulated = run(model.model(), inputs);
      float[] shipped = run(integer(network, calibration), batches.get(0));

      double worst = 0;
      double largest = 0;
      for (int i = 0; i < shipped.length; i++) {
        worst = Math.max(worst, Math.abs(shipped[i] - simulated[i]));
        largest = Math.max(largest, Math.abs(shipped[i]));
      }
      // Ties and the integer bias fall one code apart here and there; a code is about a hundredth.
      assertThat(worst).as(method).isLessThan(0.03 * largest);
      assertThat(model.tensors()).isNotEmpty();
    }
  }

  @Test
  void theChosenRangesHaveTheErrorTheyClaimAndNoneIsBetterForAllTensors(@TempDir Path folder)
      throws IOException {
    Network network = network(folder);
    List<Map<String, Tensor>> batches = List.of(heavyTailed(32));
    Calibration calibration = calibration(network, batches, "min-max");
    FittedRanges fitted = fit(network, calibration, batches);

    assertThat(fitted.uniform()).hasSize(RangeMethods.all().size());
    fitted.uniform().values().forEach(e -> assertThat(fitted.error()).isLessThanOrEqualTo(e));
    assertThat(fitted.error()).isLessThan(fitted.uniform().get("min-max"));
    assertThat(fitted.choices()).isNotEmpty();
    for (FittedRanges.Choice choice : fitted.choices()) {
      double least = choice.errors().values().stream().min(Double::compare).orElseThrow();
      assertThat(choice.errors().get(choice.chosen())).isEqualTo(least);
    }
    double shipped = error(network, fitted.calibration(), batches);
    assertThat(fitted.error()).isCloseTo(shipped, within(0.1 * shipped));
  }

  @Test
  void keptChoicesLeadToTheSameRanges(@TempDir Path folder) throws IOException {
    Network network = network(folder);
    List<Map<String, Tensor>> batches = List.of(heavyTailed(32));
    Calibration calibration = calibration(network, batches, "mse");
    RoundingCache cache = new RoundingCache(folder.resolve("cache"));
    FittedRanges made = cache.ranges(calibration, "k", () -> fit(network, calibration, batches));

    FittedRanges read =
        cache.ranges(
            calibration,
            "k",
            () -> {
              throw new IllegalStateException("the cache was not used");
            });

    assertThat(read.choices()).isEqualTo(made.choices());
    assertThat(read.uniform()).isEqualTo(made.uniform());
    for (String tensor : calibration.tensors()) {
      assertThat(read.calibration().range(tensor)).isEqualTo(made.calibration().range(tensor));
    }
    FittingSettings settings = FittingSettings.defaults();
    assertThat(RoundingCache.key(network, RUNTIME.version(), made.calibration(), settings, batches))
        .isNotEqualTo(
            RoundingCache.key(network, RUNTIME.version(), calibration, settings, batches));
  }

  @Test
  void aModelRunInPiecesAnswersAsInOne(@TempDir Path folder) throws IOException {
    Network network = network(folder);
    ModelProto model = network.graph().model();
    Map<String, Tensor> inputs = heavyTailed(4);
    Calibration calibration = calibration(network, List.of(inputs), "min-max");
    Set<String> floats = Set.copyOf(calibration.tensors());
    List<String> cuts = ModelPieces.cuts(model, Set.of(), floats);
    List<String> outputs = List.of(model.getGraph().getOutput(0).getName());

    assertThat(cuts).hasSizeGreaterThan(3);
    for (String cut : cuts) {
      Tensor value = tensor(PrefixModel.of(model, List.of(cut)).toByteArray(), inputs);
      byte[] rest = PrefixModel.of(model, Set.of(cut), outputs).toByteArray();
      assertThat(run(rest, Map.of(cut, value)))
          .containsExactly(run(model.toByteArray(), inputs), within(1e-4f));
    }
  }

  @Test
  void aModelIsNotCutAtItsInputsNorWhereValuesAreNoFloats() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 4, 6);
    graph.node("Identity", "unused", List.of(graph.floats("c", 1, 2)));
    graph.node("Identity", "neither", List.of("c"));
    graph.node("ArgMax", "best", List.of("x"), TestGraphs.attribute("axis", 1));
    graph.node("Cast", "score", List.of("best"), TestGraphs.attribute("to", TestGraphs.FLOAT));
    graph.node("Relu", "y", List.of("score"));
    ModelProto model = graph.outputs("y").model();

    assertThat(ModelPieces.allCuts(model, Set.of("x", "score", "y"))).containsExactly("score", "y");
  }

  @Test
  void rangesBehindIntegersAreFitted(@TempDir Path folder) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.typedInput("ids", TestGraphs.INT64, -1, 6);
    graph.node("Abs", "a", List.of("ids"));
    graph.node("Identity", "b", List.of("a"));
    graph.node("Identity", "c", List.of("b"));
    graph.node("Cast", "d", List.of("c"), TestGraphs.attribute("to", 6));
    float[] table = graph.normal(1, 400, 4);
    for (int i = 0; i < table.length; i += 160) {
      table[i] *= 30;
    }
    graph.constant(Constants.ofFloats("table", List.of(400L, 4L), table));
    graph.node("Gather", "rows", List.of("table", "d"));
    graph.node("Unsqueeze", "wide", List.of("rows", graph.longs("axis", 1)));
    graph.conv("first", "wide", 3, 1);
    graph.relu("r", "first");
    graph.conv("second", "r", 2, 3);
    Network network =
        new NetworkReader(RUNTIME).read(graph.outputs("second").write(folder), Map.of());
    Random random = new Random(4);
    long[] ids = random.longs(200 * 6, 0, 400).toArray();
    List<Map<String, Tensor>> batches =
        List.of(Map.of("ids", new Tensor.Longs(ids, new long[] {200, 6})));

    FittedRanges fitted = fit(network, calibration(network, batches, "min-max"), batches);

    assertThat(fitted.choices()).isNotEmpty();
    fitted.uniform().values().forEach(e -> assertThat(fitted.error()).isLessThanOrEqualTo(e));
  }

  private static Network network(Path folder) throws IOException {
    Network free =
        new SmallNetworks(5, 3, 8, 8)
            .conv(new long[] {8, 3, 3, 3})
            .then("Relu")
            .conv(new long[] {8, 8, 1, 1})
            .conv(new long[] {12, 8, 3, 3})
            .then("Relu")
            .then("GlobalAveragePool")
            .then("Flatten")
            .gemm(12, 6)
            .read();
    RoundingLibrary nearest = new RoundingLibrary(free, RoundingMethods.named("nearest"));
    Path file = folder.resolve("on-grid.onnx");
    Files.write(file, new WeightsOnlyModel(free, nearest).of(plan()));
    return new NetworkReader(RUNTIME).read(file, Map.of());
  }

  private static Plan plan() {
    return Plan.uniform(LAYERS, Scheme.W8A8);
  }

  private static Calibration calibration(
      Network network, List<Map<String, Tensor>> batches, String method) {
    return new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named(method));
  }

  private static FittedRanges fit(
      Network network, Calibration calibration, List<Map<String, Tensor>> batches) {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      return new RangeFitting(network, RUNTIME, executor)
          .fit(calibration, () -> batches, FittingProgress.silent());
    } finally {
      executor.shutdown();
    }
  }

  /** One pixel in a thousand is thirty times larger than the others. */
  private static Map<String, Tensor> heavyTailed(int samples) {
    Random random = new Random(2);
    float[] values = new float[samples * 3 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * (i % 1000 == 0 ? 30 : 1);
    }
    return Map.of("x", new Tensor.Floats(values, new long[] {samples, 3, 8, 8}));
  }

  private static byte[] integer(Network network, Calibration calibration) {
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("nearest"));
    return new PlanLowering(network, calibration, library).lower(plan()).model();
  }

  private static double error(
      Network network, Calibration calibration, List<Map<String, Tensor>> batches) {
    float[] wanted = run(network.originalModel(), batches.get(0));
    float[] actual = run(integer(network, calibration), batches.get(0));
    double mean = 0;
    for (float value : wanted) {
      mean += value / (double) wanted.length;
    }
    double difference = 0;
    double variance = 0;
    for (int i = 0; i < wanted.length; i++) {
      difference += Math.pow(wanted[i] - (double) actual[i], 2);
      variance += Math.pow(wanted[i] - mean, 2);
    }
    return difference / variance;
  }

  private static float[] run(byte[] model, Map<String, Tensor> inputs) {
    return ((Tensor.Floats) tensor(model, inputs)).values();
  }

  private static Tensor tensor(byte[] model, Map<String, Tensor> inputs) {
    try (Session session = RUNTIME.open(model, 1)) {
      return new ArrayList<>(session.run(inputs)).get(0);
    }
  }
}
