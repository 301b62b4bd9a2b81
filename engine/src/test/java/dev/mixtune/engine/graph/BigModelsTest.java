package dev.mixtune.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.RandomGraphs;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.lowering.MappedPlans;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a model is found without having its weights in memory. */
class BigModelsTest {
  private static final long GIB = 1L << 30;

  @TempDir private Path folder;

  private static ModelFacts facts(Path file) {
    return new NetworkReader(TestKit.runtime()).facts(file, Map.of());
  }

  /** The same layers that the whole import finds, in every network of the zoo. */
  @Test
  void factsAreThoseOfTheNetwork() {
    for (int seed = 0; seed < 15; seed++) {
      Path file = RandomGraphs.of(seed).write(folder, seed + ".onnx");
      Network network = new NetworkReader(TestKit.runtime()).read(file, Map.of());
      ModelFacts facts = facts(file);
      assertThat(facts.layers())
          .extracting(Layer::kind)
          .containsExactlyElementsOf(network.layers().stream().map(Layer::kind).toList());
      assertThat(facts.layers())
          .extracting(Layer::macs)
          .containsExactlyElementsOf(network.layers().stream().map(Layer::macs).toList());
      assertThat(facts.fileBytes()).isEqualTo(network.fileBytes());
    }
  }

  @Test
  void operatorsThatStayFloatAreNamed() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 4, 6, 8);
    graph.input("z", 8, 8);
    graph.weight("w", 0.3, 8, 8);
    graph.node("MatMul", "a", List.of("x", "w"));
    graph.node("MatMul", "b", List.of("a", "z"));
    graph.weight("many", 0.3, 200, 1, 1, 6, 8);
    graph.node("Add", "y", List.of("many", "b"));
    ModelFacts facts = facts(graph.outputs("y").write(folder));

    assertThat(facts.layers()).extracting(Layer::name).containsExactly("a");
    assertThat(facts.untouched())
        .extracting(Untouched::node, Untouched::operator)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("b", "MatMul"),
            org.assertj.core.groups.Tuple.tuple("y", "Add"));
    assertThat(facts.untouched().get(0).reason()).contains("no weights");
    assertThat(facts.untouched().get(1).reason()).contains("constant operand");
  }

  private Path chain(int layers, long side, long fileBytes) throws IOException {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, side);
    String value = "x";
    for (int i = 0; i < layers; i++) {
      TensorProto.Builder weight =
          TensorProto.newBuilder()
              .setName("w" + i)
              .setDataType(Constants.FLOAT)
              .addDims(side)
              .addDims(side)
              .setDataLocation(TensorProto.DataLocation.EXTERNAL);
      Map.of(
              "location",
              "weights.bin",
              "offset",
              "" + i * side * side * 4,
              "length",
              "" + side * side * 4)
          .forEach(
              (key, text) ->
                  weight.addExternalData(
                      StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
      graph.constant(weight.build());
      value = graph.node("MatMul", "y" + i, List.of(value, "w" + i));
    }
    try (RandomAccessFile sparse =
        new RandomAccessFile(folder.resolve("weights.bin").toFile(), "rw")) {
      sparse.setLength(fileBytes);
    }
    ModelProto model = graph.outputs(value).model();
    return Files.write(folder.resolve("chain.onnx"), model.toByteArray());
  }

  private void poke(long at, float value) throws IOException {
    byte[] bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("weights.bin").toFile(), "rw")) {
      file.seek(at);
      file.write(bytes);
    }
  }

  @Test
  void externalWeightsAreReadPieceByPiece() throws IOException {
    Path file = chain(3, 700, 3 * 700 * 700 * 4);
    assertThat(facts(file).layers()).hasSize(3);
    assertThat(facts(file).fileBytes()).isEqualTo(Files.size(file) + 3 * 700 * 700 * 4);
    poke(700 * 700 * 4 + 4L * 345_678, Float.NaN);
    assertThatThrownBy(() -> facts(file))
        .isInstanceOf(UserException.class)
        .hasMessageContainingAll("'y1'", "NaN", "element 345678");
    try (RandomAccessFile cut =
        new RandomAccessFile(folder.resolve("weights.bin").toFile(), "rw")) {
      cut.setLength(700 * 700 * 4);
    }
    assertThatThrownBy(() -> facts(file))
        .isInstanceOf(UserException.class)
        .hasMessageContainingAll("'w1'", "of a file of 1960000");
  }

  /**
   * What streaming finds is what rounding in memory does, by the library's own codes and scales.
   */
  @Test
  void weightsAreScannedAsTheyAreRounded() throws IOException {
    int side = 700;
    Path file = chain(2, side, 2L * side * side * 4);
    ByteBuffer bytes = ByteBuffer.allocate(2 * side * side * 4).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(8);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) (random.nextGaussian() * (1 + random.nextInt(3))));
    }
    Files.write(folder.resolve("weights.bin"), bytes.array());
    NetworkReader reader = new NetworkReader(TestKit.runtime());
    RoundingLibrary library =
        new RoundingLibrary(reader.read(file, Map.of()), RoundingMethods.named("nearest"));

    for (WeightFacts facts : reader.weights(file, Map.of())) {
      float[] weights = library.weights(facts.layer());
      for (int bits : List.of(8, 4, 2)) {
        float[] rounded = library.perChannel(facts.layer(), bits).values();
        double error = 0;
        double signal = 0;
        for (int i = 0; i < weights.length; i++) {
          error += Math.pow(rounded[i] - weights[i], 2);
          signal += Math.pow(weights[i], 2);
        }
        assertThat(facts.errors().get(bits)).isCloseTo(Math.sqrt(error / signal), within(1e-4));
        assertThat(facts.bytes().get(bits)).isEqualTo(side * side * bits / 8 + side * 4);
      }
    }
  }

  /** 3 GiB of weights, a NaN in the last of them, and less than 4 GiB of memory in all. */
  @Test
  @Tag("long")
  void threeGibibytesOfWeights() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "needs /proc to read the memory of this process");
    Path file = chain(12, 8192, 3 * GIB);

    ModelFacts facts = facts(file);
    assertThat(facts.layers()).hasSize(12);
    assertThat(facts.layers()).allMatch(layer -> layer.parameters() == 8192L * 8192);
    assertThat(facts.fileBytes()).isGreaterThan(3 * GIB);
    poke(4 * 8192, 1);
    List<WeightFacts> weights = new NetworkReader(TestKit.runtime()).weights(file, Map.of());
    assertThat(weights).hasSize(12);
    // One weight that is not 0 is its channel's largest: every grid holds it.
    assertThat(weights.get(0).errors().get(4)).isLessThan(1e-6);
    poke(3 * GIB - 4, Float.POSITIVE_INFINITY);
    assertThatThrownBy(() -> facts(file))
        .isInstanceOf(UserException.class)
        .hasMessageContainingAll("'y11'", "element 67108863");
    assertThat(peakBytes(status)).isLessThan(4 * GIB);
    assertThatThrownBy(() -> new NetworkReader(TestKit.runtime()).read(file, Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("too large");
  }

  /**
   * As many are run on samples: all but the rounded copy of one layer stays in its file. The first
   * answer is a sum of two inputs whose smaller factor 2 bits do not hold.
   */
  @Test
  @Tag("long")
  void threeGibibytesAreRunFromWhereTheyLie() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "needs /proc to read the memory of this process");
    Path file = chain(12, 8192, 3 * GIB);
    for (int i = 0; i < 12; i++) {
      poke(i * 8192L * 8192 * 4, 1);
    }
    poke(4 * 8192, 0.25f);
    float[] values = new float[2 * 8192];
    values[0] = 3;
    values[1] = 8;
    values[8192] = -1;
    Map<String, Tensor> inputs = Map.of("x", new Tensor.Floats(values, new long[] {2, 8192}));
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try {
      MappedModel model = new NetworkReader(TestKit.runtime()).mapped(file, Map.of());
      MappedPlans plans = new MappedPlans(model, RoundingMethods.named("mse"), 2, workers);
      Plan untouched = Plan.uniform(12, Scheme.F32);
      long most = 0;
      for (Plan plan :
          List.of(
              untouched,
              untouched.with(0, Scheme.W2),
              untouched.with(0, Scheme.W8),
              untouched.with(11, Scheme.W4))) {
        try (Session session = plans.open(plan)) {
          float[] answers = ((Tensor.Floats) session.run(inputs).get(0)).values();
          most = Math.max(most, bytes(status, "RssAnon"));
          boolean kept = plan.scheme(0) != Scheme.W2;
          assertThat(answers[0]).isCloseTo(kept ? 5 : 3, within(0.02f));
          assertThat(answers[1]).isZero();
          assertThat(answers[8192]).isCloseTo(-1, within(0.01f));
        }
      }
      // Heap and native memory; what is mapped belongs to the page cache.
      assertThat(most).isLessThan(2 * GIB);
    } finally {
      workers.shutdownNow();
    }
  }

  private static long peakBytes(Path status) throws IOException {
    return bytes(status, "VmHWM");
  }

  private static long bytes(Path status, String field) throws IOException {
    try (Stream<String> lines = Files.lines(status)) {
      String peak = lines.filter(line -> line.startsWith(field)).findFirst().orElseThrow();
      return 1024 * Long.parseLong(peak.replaceAll("\\D", ""));
    }
  }
}
