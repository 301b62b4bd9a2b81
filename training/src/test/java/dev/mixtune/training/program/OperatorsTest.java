package dev.mixtune.training.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each operator computes what ONNX Runtime computes, and its gradient is the slope that finite
 * differences find.
 */
class OperatorsTest {
  private static final double STEP = 1e-5;
  private static final int CHECKED = 12;

  private static OrtRuntime runtime;
  private static NDManager manager;

  @BeforeAll
  static void start() {
    runtime = Kit.runtime();
    manager = Torch.start(1);
  }

  @AfterAll
  static void stop() {
    manager.close();
  }

  /** Operators with a gradient. */
  static Stream<OneNode> differentiable() {
    return Stream.of(
        OneNode.of("Conv").input(2, 3, 7, 6).input(4, 3, 3, 3).input(4).with("pads", 1, 1, 1, 1),
        OneNode.of("Conv", "grouped, strided, dilated, uneven padding")
            .input(1, 4, 9, 8)
            .input(6, 2, 3, 2)
            .with("group", 2)
            .with("strides", 2, 1)
            .with("dilations", 1, 2)
            .with("pads", 1, 0, 2, 1),
        OneNode.of("Conv", "depthwise, auto_pad")
            .input(1, 4, 7, 7)
            .input(4, 1, 3, 3)
            .with("group", 4)
            .with("strides", 2, 2)
            .text("auto_pad", "SAME_UPPER"),
        OneNode.of("Conv", "one axis").input(2, 3, 9).input(4, 3, 3).input(4).with("pads", 1, 1),
        OneNode.of("ConvTranspose").input(1, 3, 5, 4).input(3, 2, 3, 3).input(2),
        OneNode.of("ConvTranspose", "grouped, strided, cropped")
            .input(1, 4, 5, 5)
            .input(4, 2, 3, 3)
            .with("group", 2)
            .with("strides", 2, 2)
            .with("pads", 1, 0, 1, 2)
            .with("output_padding", 1, 1),
        OneNode.of("MatMul").input(2, 3, 4).input(4, 5),
        OneNode.of("MatMul", "batched").input(2, 3, 4, 5).input(2, 1, 5, 2),
        OneNode.of("Gemm").input(3, 4).input(5, 4).input(5).with("transB", 1),
        OneNode.of("Gemm", "scaled")
            .input(4, 3)
            .input(4, 5)
            .input(3, 1)
            .with("transA", 1)
            .real("alpha", 0.5f)
            .real("beta", 2f),
        OneNode.of("BatchNormalization").input(2, 3, 4, 4).input(3).input(3).input(3).positive(3),
        OneNode.of("LayerNormalization").input(2, 3, 5).input(5).input(5),
        OneNode.of("LayerNormalization", "two axes").input(2, 3, 5).input(3, 5).with("axis", -2),
        OneNode.of("Add").input(2, 3, 4).input(3, 1),
        OneNode.of("Sub").input(2, 3).input(3),
        OneNode.of("Mul").input(2, 3).input(2, 1),
        OneNode.of("Div").input(2, 3).positive(3),
        OneNode.of("Pow").positive(2, 3).input(3),
        OneNode.of("Pow", "squared").input(2, 3).number(2),
        OneNode.of("Sum").input(2, 3).input(2, 3).input(3),
        OneNode.of("Max").input(2, 3).input(2, 3),
        OneNode.of("Min").input(2, 3).input(3),
        OneNode.of("Relu").input(3, 5),
        OneNode.of("LeakyRelu").input(3, 5).real("alpha", 0.1f),
        OneNode.of("Clip").input(3, 5).number(-0.7f).number(0.6f),
        OneNode.of("Clip", "attributes").opset(6).input(3, 5).real("min", 0f).real("max", 0.6f),
        OneNode.of("Clip", "one bound").input(3, 5).none().number(0.2f),
        OneNode.of("HardSigmoid").around(0, 3).input(3, 5),
        OneNode.of("HardSwish").around(0, 3).input(3, 5),
        OneNode.of("Sigmoid").input(3, 5),
        OneNode.of("Tanh").input(3, 5),
        OneNode.of("Erf").input(3, 5),
        OneNode.of("Gelu").opset(20).input(3, 5),
        OneNode.of("Gelu", "tanh").opset(20).input(3, 5).text("approximate", "tanh"),
        OneNode.of("Sqrt").positive(3, 5),
        OneNode.of("Exp").input(3, 5),
        OneNode.of("Log").positive(3, 5),
        OneNode.of("Abs").input(3, 5),
        OneNode.of("Neg").input(3, 5),
        OneNode.of("Reciprocal").positive(3, 5),
        OneNode.of("Softplus").input(3, 5),
        OneNode.of("Identity").input(3, 5),
        OneNode.of("Dropout").input(3, 5),
        OneNode.of("MaxPool")
            .input(1, 2, 7, 6)
            .with("kernel_shape", 3, 2)
            .with("strides", 2, 2)
            .with("pads", 1, 0, 1, 1),
        OneNode.of("AveragePool")
            .input(1, 2, 7, 6)
            .with("kernel_shape", 3, 2)
            .with("strides", 2, 2)
            .with("pads", 1, 0, 1, 1),
        OneNode.of("AveragePool", "padding counted")
            .input(1, 2, 7, 6)
            .with("kernel_shape", 3, 3)
            .with("pads", 1, 1, 1, 1)
            .with("count_include_pad", 1),
        OneNode.of("GlobalAveragePool").input(2, 3, 4, 5),
        OneNode.of("GlobalMaxPool").input(2, 3, 4, 5),
        OneNode.of("ReduceMean").input(2, 3, 4).with("axes", -1),
        OneNode.of("ReduceMean", "all axes").input(2, 3, 4).with("keepdims", 0),
        OneNode.of("ReduceSum").input(2, 3, 4).longs(0, 2).with("keepdims", 0),
        OneNode.of("ReduceMax").input(2, 3, 4).with("axes", 1),
        OneNode.of("Softmax").input(2, 3, 4).with("axis", 1),
        OneNode.of("Softmax", "over all axes from one on").opset(11).input(2, 3, 4).with("axis", 1),
        OneNode.of("LogSoftmax").input(2, 5),
        OneNode.of("Reshape").input(2, 3, 4).longs(0, -1, 2),
        OneNode.of("Flatten").input(2, 3, 4).with("axis", 2),
        OneNode.of("Transpose").input(2, 3, 4).with("perm", 2, 0, 1),
        OneNode.of("Transpose", "reversed").input(2, 3, 4),
        OneNode.of("Squeeze").input(2, 1, 4).longs(1),
        OneNode.of("Squeeze", "all, by attribute").opset(11).input(1, 3, 1),
        OneNode.of("Unsqueeze").input(2, 3).longs(0, -1),
        OneNode.of("Unsqueeze", "attribute").opset(11).input(2, 3).with("axes", 1),
        OneNode.of("Concat").input(2, 3).input(2, 2).with("axis", -1),
        OneNode.of("Slice").input(4, 6, 5).longs(1, -4).longs(100, -1).longs(0, 2).longs(2, 1),
        OneNode.of("Slice", "attributes").opset(9).input(4, 6).with("starts", 1).with("ends", 3),
        OneNode.of("Pad").input(2, 3, 2).longs(0, 1, 0, 0, 2, 1).number(0.5f),
        OneNode.of("Pad", "cutting off").input(4, 5).longs(-1, 2, 0, -2),
        OneNode.of("Pad", "attribute").opset(2).input(2, 3).with("pads", 1, 0, 0, 2),
        OneNode.of("Gather").input(5, 3).longs(List.of(2L, 2L), 4, 0, -1, 4),
        OneNode.of("Gather", "last axis")
            .input(2, 3, 4)
            .longs(List.of(2L, 1L), 3, 1)
            .with("axis", 2),
        OneNode.of("Gather", "one index").input(2, 3, 4).longs(List.of(), 2).with("axis", 1),
        OneNode.of("Expand").input(3, 1).longs(2, 1, 4));
  }

  /** Types that other tests meet: they need several nodes, or values that are no floats. */
  private static final List<String> ELSEWHERE =
      List.of("Where", "Shape", "Cast", "QuantizeLinear", "DequantizeLinear");

  @Test
  void everyOperatorOfTheListIsTested() {
    List<String> tested =
        Stream.concat(differentiable().map(OneNode::type), ELSEWHERE.stream())
            .distinct()
            .collect(Collectors.toList());
    assertThat(tested).containsExactlyInAnyOrderElementsOf(GradientProgram.operators());
  }

  @Test
  void theManualNamesEveryOperator() throws IOException {
    Path manual = Path.of(System.getProperty("mixtune.root", "..")).resolve("docs/training.md");
    assertThat(Files.readString(manual).split("[^A-Za-z]+"))
        .contains(GradientProgram.operators().toArray(new String[0]));
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void computesWhatOnnxRuntimeComputes(OneNode node) {
    Tensor.Floats expected;
    try (Session session = runtime.open(node.model(), 1)) {
      expected = (Tensor.Floats) session.run(node.inputs()).get(0);
    }
    try (GradientProgram program =
            GradientProgram.of(node.model(), runtime, manager, DataType.FLOAT32);
        NDScope scope = new NDScope()) {
      NDArray actual = program.run(arrays(node, DataType.FLOAT32)).get(0);
      scope.suppressNotUsedWarning();

      assertThat(actual.getShape().getShape()).isEqualTo(expected.shape());
      float[] values = actual.toFloatArray();
      for (int i = 0; i < values.length; i++) {
        float magnitude = Math.max(1, Math.abs(expected.values()[i]));
        assertThat(values[i]).isCloseTo(expected.values()[i], within(1e-4f * magnitude));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void theGradientIsTheSlope(OneNode node) {
    try (GradientProgram program =
        GradientProgram.of(node.model(), runtime, manager, DataType.FLOAT64)) {
      for (String input : node.inputs().keySet()) {
        try (NDScope scope = new NDScope()) {
          scope.suppressNotUsedWarning();
          Map<String, NDArray> values = arrays(node, DataType.FLOAT64);
          double[] gradient = gradient(program, values, input);
          Random random = new Random(3);
          for (int n = 0; n < CHECKED; n++) {
            int at = random.nextInt(gradient.length);
            double slope =
                (moved(program, values, input, at, STEP) - moved(program, values, input, at, -STEP))
                    / (2 * STEP);
            assertThat(gradient[at])
                .as("%s[%d]", input, at)
                .isCloseTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
          }
        }
      }
    }
  }

  @Test
  void anUnknownOperatorIsNamed() {
    OneNode node = OneNode.of("Round").input(3);
    assertThatThrownBy(() -> GradientProgram.of(node.model(), runtime, manager, DataType.FLOAT32))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'node' (Round)");
  }

  @Test
  void anAttributeWithoutProgramIsNamed() {
    OneNode node =
        OneNode.of("MaxPool").input(1, 1, 5, 5).with("kernel_shape", 2, 2).with("ceil_mode", 1);
    assertThatThrownBy(() -> GradientProgram.of(node.model(), runtime, manager, DataType.FLOAT32))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'node' (MaxPool) has ceil_mode 1");
  }

  private static double[] gradient(
      GradientProgram program, Map<String, NDArray> values, String input) {
    NDArray variable = values.get(input).duplicate();
    variable.setRequiresGradient(true);
    Map<String, NDArray> changed = new HashMap<>(values);
    changed.put(input, variable);
    try (GradientCollector collector = Torch.collect()) {
      collector.backward(weighted(program.run(changed).get(0)));
    }
    return variable.getGradient().toDoubleArray();
  }

  private static double moved(
      GradientProgram program, Map<String, NDArray> values, String input, int at, double step) {
    NDArray original = values.get(input);
    double[] elements = original.toDoubleArray();
    elements[at] += step;
    Map<String, NDArray> changed = new HashMap<>(values);
    changed.put(input, manager.create(elements, original.getShape()));
    return weighted(program.run(changed).get(0)).toDoubleArray()[0];
  }

  /** A number that depends on every output in its own way. */
  private static NDArray weighted(NDArray output) {
    double[] weights = new Random(5).doubles(output.size(), -1, 1).toArray();
    return output.mul(manager.create(weights, output.getShape())).sum();
  }

  private static Map<String, NDArray> arrays(OneNode node, DataType type) {
    Map<String, NDArray> arrays = new HashMap<>();
    node.inputs()
        .forEach(
            (name, tensor) ->
                arrays.put(
                    name,
                    manager
                        .create(((Tensor.Floats) tensor).values(), new Shape(tensor.shape()))
                        .toType(type, false)));
    return arrays;
  }
}
