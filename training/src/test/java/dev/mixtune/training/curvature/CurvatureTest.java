package dev.mixtune.training.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.evaluators.Curvature;
import dev.mixtune.evaluators.CurvatureFile;
import dev.mixtune.training.TinyTask;
import dev.mixtune.training.program.Kit;
import dev.mixtune.training.program.Torch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against second differences of a naive KL divergence, and a closed form. */
class CurvatureTest {
  private static final int INPUTS = 3;
  private static final int HIDDEN = 4;
  private static final int CLASSES = 3;
  private static final int DRAWS = 1500;

  @TempDir Path folder;

  private final float[] first = weights(HIDDEN * INPUTS, 1, 0.8);
  private final float[] second = weights(CLASSES * HIDDEN, 2, 0.9);
  private final List<float[]> samples =
      List.of(new float[] {0.5f, -1, 0.8f}, new float[] {-0.9f, 0.3f, 1.2f});

  private static float[] weights(int count, long seed, double spread) {
    Random random = new Random(seed);
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) (spread * random.nextGaussian());
    }
    return weights;
  }

  @Test
  void bothAgreeWithSecondDifferencesOfTheDivergence() throws IOException {
    OrtRuntime runtime = Kit.runtime();
    Network network = network("Tanh", runtime);
    List<Map<String, Tensor>> batches = batches();
    try (NDManager manager = Torch.start(1);
        DifferentiableNetwork differentiable =
            new DifferentiableNetwork(network, runtime, manager, DataType.FLOAT32)) {
      Curvature fisher =
          new FisherDiagonal(differentiable, manager).of(batches, DRAWS, new SplittableRandom(1));
      Curvature hessian =
          new HessianTrace(differentiable, manager).of(batches, DRAWS, new SplittableRandom(2));

      check(fisher.layer("first").orElseThrow(), hessian.layer("first").orElseThrow(), first);
      check(fisher.layer("second").orElseThrow(), hessian.layer("second").orElseThrow(), second);
      assertThat(fisher.samples()).isEqualTo(2);

      Path file = folder.resolve("curvature.jsonl");
      CurvatureFile.write(file, fisher);
      Curvature read = CurvatureFile.read(file);
      assertThat(read.layer("first").orElseThrow().diagonal())
          .isEqualTo(fisher.layer("first").orElseThrow().diagonal());
    }
  }

  private void check(Curvature.OfLayer fisher, Curvature.OfLayer hessian, float[] weights) {
    double[] expected = secondDifferences(weights);
    double trace = 0;
    for (double each : expected) {
      trace += each;
    }
    float[] diagonal = fisher.diagonal();
    assertThat(diagonal).isNotNull();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) diagonal[i])
          .isCloseTo(expected[i], within(0.1 * expected[i] + 0.01 * trace / expected.length));
    }
    assertThat(fisher.trace()).isCloseTo(trace, within(0.05 * trace));
    assertThat(hessian.trace()).isCloseTo(trace, within(0.1 * trace));
    assertThat(hessian.diagonal()).isNull();
  }

  /** The diagonal of the divergence's Hessian; one of the two arrays is changed and put back. */
  private double[] secondDifferences(float[] weights) {
    float step = 1e-2f;
    double[] expected = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      float kept = weights[i];
      for (float[] sample : samples) {
        double[] before = logProbabilities(sample);
        for (int sign = -1; sign <= 1; sign += 2) {
          weights[i] = kept + sign * step;
          double moved = weights[i] - kept;
          double[] after = logProbabilities(sample);
          weights[i] = kept;
          double kl = 0;
          for (int c = 0; c < CLASSES; c++) {
            kl += Math.exp(before[c]) * (before[c] - after[c]);
          }
          expected[i] += 2 * kl / (moved * moved) / 2 / samples.size();
        }
      }
    }
    return expected;
  }

  private double[] logProbabilities(float[] sample) {
    double[] hidden = new double[HIDDEN];
    for (int h = 0; h < HIDDEN; h++) {
      for (int i = 0; i < INPUTS; i++) {
        hidden[h] += first[h * INPUTS + i] * sample[i];
      }
      hidden[h] = Math.tanh(hidden[h]);
    }
    double[] logits = new double[CLASSES];
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      for (int h = 0; h < HIDDEN; h++) {
        logits[c] += second[c * HIDDEN + h] * hidden[h];
      }
      sum += Math.exp(logits[c]);
    }
    for (int c = 0; c < CLASSES; c++) {
      logits[c] -= Math.log(sum);
    }
    return logits;
  }

  @Test
  void anOperatorWithoutGradientIsNamed() throws IOException {
    OrtRuntime runtime = Kit.runtime();
    Network network = network("Sin", runtime);
    try (NDManager manager = Torch.start(1)) {
      assertThatThrownBy(
              () -> new DifferentiableNetwork(network, runtime, manager, DataType.FLOAT32))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("Sin");
    }
  }

  @Test
  void theProgramWritesOneLineForEachLayerAndTheSameFileAgain() throws IOException {
    Path task = TinyTask.write(folder);
    byte[] once = run(task, "fisher", folder.resolve("a.jsonl"));
    byte[] again = run(task, "fisher", folder.resolve("b.jsonl"));
    assertThat(once).isEqualTo(again);
    run(task, "hessian", folder.resolve("c.jsonl"));
    Curvature hessian = CurvatureFile.read(folder.resolve("c.jsonl"));
    Curvature fisher = CurvatureFile.read(folder.resolve("a.jsonl"));
    Network network = new NetworkReader(Kit.runtime()).read(folder.resolve("model.onnx"), Map.of());
    assertThat(hessian.layers()).hasSize(network.layers().size());
    assertThat(fisher.layers())
        .extracting(Curvature.OfLayer::name)
        .containsExactlyElementsOf(network.layers().stream().map(l -> l.name()).toList());
    assertThat(fisher.layers()).allSatisfy(layer -> assertThat(layer.trace()).isPositive());

    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        CurvatureProgram.exitCode(
            System.out, new PrintStream(err), "--task", task.toString(), "--method", "guess");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("guess", "fisher or hessian");
  }

  private static byte[] run(Path task, String method, Path out) throws IOException {
    int code =
        CurvatureProgram.exitCode(
            System.out,
            System.err,
            "--task",
            task.toString(),
            "--method",
            method,
            "--samples",
            "6",
            "--out",
            out.toString());
    assertThat(code).isZero();
    return Files.readAllBytes(out);
  }

  private List<Map<String, Tensor>> batches() {
    return samples.stream()
        .map(s -> Map.<String, Tensor>of("x", new Tensor.Floats(s, new long[] {1, INPUTS})))
        .toList();
  }

  /** Two products without biases, an operator between them. */
  private Network network(String between, OrtRuntime runtime) throws IOException {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("g")
            .addInput(value("x", INPUTS))
            .addOutput(value("y", CLASSES))
            .addInitializer(Constants.ofFloats("w1", List.of((long) HIDDEN, (long) INPUTS), first))
            .addInitializer(
                Constants.ofFloats("w2", List.of((long) CLASSES, (long) HIDDEN), second))
            .addNode(product("first", "x", "w1", "h"))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType(between)
                    .setName("between")
                    .addInput("h")
                    .addOutput("a"))
            .addNode(product("second", "a", "w2", "y"))
            .build();
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(graph)
            .build();
    Path file = folder.resolve(between + ".onnx");
    Files.write(file, model.toByteArray());
    return new NetworkReader(runtime).read(file, Map.of());
  }

  private static NodeProto product(String name, String input, String weight, String output) {
    return NodeProto.newBuilder()
        .setOpType("Gemm")
        .setName(name)
        .addInput(input)
        .addInput(weight)
        .addOutput(output)
        .addAttribute(
            ai.onnx.proto.OnnxMl.AttributeProto.newBuilder()
                .setName("transB")
                .setType(ai.onnx.proto.OnnxMl.AttributeProto.AttributeType.INT)
                .setI(1))
        .build();
  }

  private static ValueInfoProto value(String name, int size) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(1)
                        .setShape(
                            TensorShapeProto.newBuilder()
                                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"))
                                .addDim(
                                    TensorShapeProto.Dimension.newBuilder().setDimValue(size)))))
        .build();
  }
}
