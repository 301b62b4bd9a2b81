package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.fitting.FittingProgress;
import dev.mixtune.engine.fitting.RoundingReport;
import dev.mixtune.engine.lowering.LoweredPlan;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two matrix products of one shape, which have every implementation but the large blocks. */
class AutotuningTest {
  private static final int WIDTH = 32;
  private static final int WIDE = 192;
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

  private static ValueInfoProto value(String name, int width) {
    ValueInfoProto.Builder value = ValueInfoProto.newBuilder().setName(name);
    TypeProto.Tensor.Builder type = value.getTypeBuilder().getTensorTypeBuilder().setElemType(1);
    type.getShapeBuilder().addDimBuilder().setDimParam("N");
    type.getShapeBuilder().addDimBuilder().setDimValue(width);
    return value.build();
  }

  private TensorProto weights(String name, int width) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(1).addDims(width).addDims(width);
    for (float weight : normal(width * width)) {
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
    return options(target, WIDTH);
  }

  private RunOptions options(String target, int width) throws IOException {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("products")
            .addInput(value("x", width))
            .addOutput(value("y", width))
            .addInitializer(weights("a", width))
            .addInitializer(weights("b", width))
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
    Files.write(folder.resolve("x.npy"), npy(normal(SAMPLES * width), width));
    RunOptions options = new RunOptions();
    options.target = target;
    options.task =
        Files.writeString(
            folder.resolve("task.yaml"),
            "model: model.onnx\ninputs:\n  - {source: x.npy}\nmetric: fidelity\n"
                + "calibration: {samples: 20}\n");
    return options;
  }

  private static byte[] npy(float[] values, int width) throws IOException {
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + SAMPLES + ", " + width + "), }";
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
          new Autotuning(bench, bench.network(), menus::all, bench.ranged()::lowering, times)
              .compare();

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
      assertThat(
              new Autotuning(bench, bench.network(), menus::all, bench.ranged()::lowering, known)
                  .compare())
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
                  bench,
                  bench.network(),
                  menus::all,
                  bench.ranged()::lowering,
                  LayerTimes.open(folder, "pixel8"))
              .compare();
      assertThat(compared.alternatives()).isNotEmpty();
      assertThat(folder.toFile().list((dir, name) -> name.startsWith("times-"))).isEmpty();
    } finally {
      workers.shutdownNow();
    }
  }

  /** The study's order: the choice first, and only what was chosen is fitted then. */
  @Test
  void onlyWhatMenusHoldIsFitted() throws IOException {
    RunOptions options = options("host", WIDE);
    ExecutorService workers = Executors.newSingleThreadExecutor();
    try (Workbench bench = Workbench.open(options, around())) {
      MenuBuilder menus = new MenuBuilder(bench, options);
      assertThatThrownBy(bench::ranged).isInstanceOf(IllegalStateException.class);
      bench.calibrate(
          RoundingDepth.FITTED,
          1,
          workers,
          FittingProgress.silent(),
          () -> {
            List<Scheme> all = menus.all(bench.network().layers().get(0));
            // Static, dynamic and three sizes of blocks at three widths, and f16.
            assertThat(all).hasSize(5 * 3 + 1);
            assertThat(menus.offered(bench.network().layers().get(0))).hasSize(3 * 3 + 1);
            return menus.take(chosen(Scheme.W8A8, Scheme.W4_BLOCK_64, Scheme.W2_BLOCK_128))
                ::offered;
          });

      RoundingReport report = bench.prepared().rounded().report();
      assertThat(report.networks())
          .extracting(RoundingReport.NetworkError::plan)
          .containsExactly("w8a8d w8a8d", "w4b64 w4b64", "w2b128 w2b128");
      assertThat(report.entries()).extracting(RoundingReport.Entry::bits).containsExactly(8, 8);
      assertThat(report.blocks())
          .extracting(entry -> entry.bits() + " " + entry.blockSize())
          .containsExactlyInAnyOrder("4 64", "4 64", "2 128", "2 128");
      for (Layer layer : bench.network().layers()) {
        assertThat(menus.offered(layer))
            .containsExactlyInAnyOrder(
                Scheme.F16, Scheme.W8A8, Scheme.W4_BLOCK_64, Scheme.W2_BLOCK_128);
      }
      LoweredPlan four = bench.lowering().lower(Plan.uniform(2, Scheme.W4_BLOCK_64));
      // 192 weights of an output are 3 blocks of 32 bytes, each with a float scale.
      assertThat(four.storedWeightBytes()).isEqualTo(2L * WIDE * 3 * (32 + 4));
      assertThat(four.storedWeightBits()).isEqualTo(4 + 32.0 / 64);
    } finally {
      workers.shutdownNow();
    }
  }

  private static Implementations chosen(Scheme... schemes) {
    List<Implementations.Alternative> alternatives = new ArrayList<>();
    for (int layer = 0; layer < 2; layer++) {
      for (Scheme scheme : Scheme.values()) {
        if (scheme.weightBits() <= 8 && !scheme.isStoredOnly()) {
          double time = List.of(schemes).contains(scheme) ? 0.1 : 0.5;
          alternatives.add(new Implementations.Alternative(layer, scheme.id(), time, 0.01));
        }
      }
    }
    return new Implementations(alternatives);
  }

  /** A profile prices all block sizes alike, so the most accurate one is taken, each time. */
  @Test
  void withAProfileTheChoiceOfBlocksIsTheSameEachTime() throws IOException {
    RunOptions options = options("pixel8", WIDE);
    ExecutorService workers = Executors.newSingleThreadExecutor();
    try (Workbench bench = Workbench.open(options, around())) {
      MenuBuilder menus = new MenuBuilder(bench, options);
      bench.calibrate(
          RoundingDepth.FITTED,
          1,
          workers,
          FittingProgress.silent(),
          () -> menus.take(StudyRun.compare(bench, menus, around()))::offered);
      Implementations first = StudyRun.compare(bench, menus, around());
      assertThat(StudyRun.compare(bench, menus, around())).isEqualTo(first);
      for (int bits : new int[] {8, 4}) {
        assertThat(ratios(first, Scheme.ofBlocks(bits, 64)))
            .isEqualTo(ratios(first, Scheme.ofBlocks(bits, 32)))
            .hasSize(2);
      }
      for (Layer layer : bench.network().layers()) {
        assertThat(menus.offered(layer))
            .noneMatch(scheme -> scheme.blockSize() > 32)
            .extracting(Scheme::weightBits)
            .doesNotHaveDuplicates();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  private static List<Double> ratios(Implementations compared, Scheme scheme) {
    return compared.alternatives().stream()
        .filter(each -> each.of() == scheme)
        .map(Implementations.Alternative::timeRatio)
        .toList();
  }
}
