package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.training.program.Torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mean outputs of weights, against sums by hand. */
class InputMeansTest {
  private static NDManager manager;

  @BeforeAll
  static void start() {
    manager = Torch.start(1);
  }

  @AfterAll
  static void stop() {
    manager.close();
  }

  @Test
  void everyOutputOfAConvolutionSeesAllChannels() {
    // Channel means 2 and 10; outputs of two weights for each of two channels.
    NDArray input = array(new Shape(1, 2, 2), 1, 3, 8, 12);
    NDArray weight = array(new Shape(2, 2, 2), 1, 1, 1, 0, 0, -1, 2, 2);

    assertThat(mapped(OperatorKind.CONV, NodeProto.getDefaultInstance(), weight, input))
        .containsExactly(new float[] {2 + 2 + 10, -2 + 20 + 20}, within(1e-5f));
  }

  @Test
  void anOutputOfAGroupSeesTheChannelsOfItsGroup() {
    // Four outputs in two groups of one channel each.
    NDArray input = array(new Shape(1, 2, 2), 1, 3, 8, 12);
    NDArray weight = array(new Shape(4, 1, 1), 1, 2, 3, 4);

    assertThat(mapped(OperatorKind.GROUPED_CONV, NodeProto.getDefaultInstance(), weight, input))
        .containsExactly(new float[] {2, 4, 30, 40}, within(1e-5f));
  }

  @Test
  void aMatrixMayBeTransposed() {
    NDArray input = array(new Shape(2, 3), 0, 1, 4, 2, 3, 8);
    float[] expected = {1 + 2 * 2 + 3 * 6, 10 + 20 * 2 + 30 * 6};
    NodeProto.Builder transposed = NodeProto.newBuilder();
    transposed.addAttribute(
        AttributeProto.newBuilder()
            .setName("transB")
            .setType(AttributeProto.AttributeType.INT)
            .setI(1));

    assertThat(
            mapped(
                OperatorKind.GEMM,
                transposed.build(),
                array(new Shape(2, 3), 1, 2, 3, 10, 20, 30),
                input))
        .containsExactly(expected, within(1e-4f));
    assertThat(
            mapped(
                OperatorKind.GEMM,
                NodeProto.getDefaultInstance(),
                array(new Shape(3, 2), 1, 10, 2, 20, 3, 30),
                input))
        .containsExactly(expected, within(1e-4f));
  }

  @Test
  void whatHasNoBiasOfItsOwnIsLeftOut() {
    NDArray input = array(new Shape(2, 3), 0, 1, 4, 2, 3, 8);
    assertThat(
            InputMeans.of(
                NodeProto.getDefaultInstance(),
                OperatorKind.MATMUL,
                new Shape(3, 2),
                input,
                manager))
        .isEmpty();
  }

  private static float[] mapped(OperatorKind kind, NodeProto node, NDArray weight, NDArray input) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      return InputMeans.of(node, kind, weight.getShape(), input, manager)
          .orElseThrow()
          .mapped(weight)
          .toFloatArray();
    }
  }

  private static NDArray array(Shape shape, float... values) {
    return manager.create(values, shape);
  }
}
