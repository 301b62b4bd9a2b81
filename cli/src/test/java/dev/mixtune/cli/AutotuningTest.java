package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.fitting.FittingProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two matrix products of one shape, which have every implementation. */
class AutotuningTest {
  private static final int WIDTH = 32;
  private static final int SAMPLES = 60;

  @TempDir private Path folder;
  private final Random random = new Random(4);

  private float[] normal(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static ValueInfoProto value(String name) {
    ValueInfoProto.Builder value = ValueInfoProto.newBuilder().setName(name);
    TypeProto.Tensor.Builder type = value.getTypeBuilder().getTensorTypeBuilder().setElemType(1);
    type.getShapeBuilder().addDimBuilder().setDimParam("N");
    type.getShapeBuilder().addDimBuilder().setDimValue(WIDTH);
    return value.build();
  }

  private TensorProto weights(String name) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(1).addDims(WIDTH).addDims(WIDTH);
    for (float weight : normal(WIDTH * WIDTH)) {
      tensor.addFloatData(weight / 4);
    }
    return tensor.build();
  }

  private static NodeProto node(String op, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private RunOptions options(String target) throws IOException {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("products")
            .addInput(value("x"))
            .addOutput(value("y"))
            .addInitializer(weights("a"))
            .addInitializer(weights("b"))
            .addNode(node("MatMul", "first", "x", "a"))
            .addNode(node("Tanh", "tanh", "first"))
            .addNode(node("MatMul", "y", "tanh", "b"))
            .build();
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    Files.write(folder.resolve("model.onnx"), model.toByteArray());
    Files.write(folder.resolve("x.npy"), npy(normal(SAMPLES * WIDTH)));
    RunOptions options = new RunOptions();
    options.target = target;
    options.task =
        Files.writeString(
            folder.resolve("task.yaml"),
            "model: model.onnx\ninputs:\n  - {source: x.npy}\nmetric: fidelity\n"
                + "calibration: {samples: 20}\n");
    return options;
  }

  private static byte[] npy(float[] values) throws IOException {
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + SAMPLES + ", " + WIDTH + "), }";
    header = header + " ".repeat(117 - header.length()) + "\n";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    bytes.write(header.getBytes(StandardCharsets.US_ASCII));
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    bytes.write(data.array());
    return bytes.toByteArray();
  }

  private Surroundings around() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new Surroundings(
        Tune.ROOT,
        Path.of("target", "natives"),
        Clock.systemUTC(),
        nowhere,
        nowhere,
        /* terminal= */ false,
        new AtomicBoolean());
  }

  @Test
  void menusKeepOneImplementationForEachWidth() throws IOException {
    RunOptions options = options("host");
    ExecutorService workers = Executors.newSingleThreadExecutor();
    try (Workbench bench = Workbench.open(options, around())) {
      bench.calibrate(1, workers, FittingProgress.silent());
      MenuBuilder menus = new MenuBuilder(bench, options);
      LayerTimes times = LayerTimes.open(folder, "here");
      Implementations compared =
          new Autotuning(bench, menus::all, bench.prepared()::lowering, times).compare();

      // Static, dynamic and block-wise, at 8, 4 and 2 bits, of both layers.
      assertThat(compared.alternatives()).hasSize(2 * 3 * 3);
      assertThat(compared.alternatives().stream().filter(a -> a.of().weightBits() == 8))
          .allSatisfy(each -> assertThat(each.error()).isLessThan(0.03));
      menus.take(compared);
      for (Layer layer : bench.network().layers()) {
        assertThat(menus.offered(layer)).extracting(Scheme::weightBits).doesNotHaveDuplicates();
        assertThat(menus.offered(layer)).extracting(Scheme::weightBits).contains(16, 8, 4, 2);
      }
      // One shape: the second layer's times are the first one's, and nothing is timed again.
      List<Double> ratios =
          compared.alternatives().stream().map(Implementations.Alternative::timeRatio).toList();
      assertThat(ratios.subList(9, 18)).isEqualTo(ratios.subList(0, 9));
      LayerTimes known = LayerTimes.open(folder, "here");
      assertThat(new Autotuning(bench, menus::all, bench.prepared()::lowering, known).compare())
          .isEqualTo(compared);
      assertThat(ImplementationTable.of(compared, bench.network().layers(), "host"))
          .contains("1x32")
          .contains("w8a8d")
          .containsPattern("w[248]\\w+ \\*");
    } finally {
      workers.shutdownNow();
    }
  }

  @Test
  void aProfileNeedsNoStopwatch() throws IOException {
    RunOptions options = options("pixel8");
    ExecutorService workers = Executors.newSingleThreadExecutor();
    try (Workbench bench = Workbench.open(options, around())) {
      bench.calibrate(1, workers, FittingProgress.silent());
      MenuBuilder menus = new MenuBuilder(bench, options);
      Implementations compared =
          new Autotuning(
                  bench, menus::all, bench.prepared()::lowering, LayerTimes.open(folder, "pixel8"))
              .compare();
      assertThat(compared.alternatives()).isNotEmpty();
      assertThat(folder.toFile().list((dir, name) -> name.startsWith("times-"))).isEmpty();
    } finally {
      workers.shutdownNow();
    }
  }
}
