package dev.mixtune.training.program;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.graph.Constants;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Operators whose gradient is not the slope of what they compute, and those of integers. */
class RoundingOperatorsTest {
  private static NDManager manager;

  @BeforeAll
  static void start() {
    manager = Torch.start(1);
  }

  @AfterAll
  static void stop() {
    manager.close();
  }

  /** Expectations by hand: half to even, saturation at both ends of UINT8. */
  @Test
  void quantizingRoundsHalfToEvenAndSaturates() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray x = manager.create(new float[] {-100, -1.25f, 0.25f, 0.75f, 1.1f, 1000});
      NDArray codes = run("QuantizeLinear", x, manager.create(0.5f), unsigned(100));
      // -1.25 / 0.5 = -2.5 -> -2; 0.25 / 0.5 = 0.5 -> 0; 0.75 / 0.5 = 1.5 -> 2.
      assertThat(codes.toFloatArray()).containsExactly(0, 98, 100, 102, 102, 255);

      NDArray back = run("DequantizeLinear", codes, manager.create(0.5f), unsigned(100));
      assertThat(back.toFloatArray()).containsExactly(-50, -1, 0, 1, 1, 77.5f);
    }
  }

  @Test
  void signedCodesReachFromMinus128To127() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray zero = manager.create(0).toType(DataType.INT8, true);
      NDArray codes =
          run("QuantizeLinear", manager.create(new float[] {-900, 900}), manager.create(1f), zero);
      assertThat(codes.toFloatArray()).containsExactly(-128, 127);
    }
  }

  /** Straight through inside the range, nothing where the code is saturated. */
  @Test
  void gradientsPassRoundingAndStopAtSaturation() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray x = manager.create(new float[] {-100, 0.3f, 1.1f, 1000});
      x.setRequiresGradient(true);
      try (GradientCollector collector = Torch.collect()) {
        NDArray codes = run("QuantizeLinear", x, manager.create(0.5f), unsigned(100));
        collector.backward(
            run("DequantizeLinear", codes, manager.create(0.5f), unsigned(100)).sum());
      }
      assertThat(x.getGradient().toFloatArray()).containsExactly(0, 1, 1, 0);
    }
  }

  @Test
  void oneScaleForEachChannelLiesAlongItsAxis() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray codes = manager.create(new float[][] {{1, 2}, {3, 4}, {5, 6}});
      NDArray scales = manager.create(new float[] {1, 10, 100});
      assertThat(run("DequantizeLinear", axis(0), codes, scales).toFloatArray())
          .containsExactly(1, 2, 30, 40, 500, 600);
    }
  }

  @Test
  void shapesAndChoicesAreComputed() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray x = manager.create(new float[][] {{1.7f, -2, 3}});
      assertThat(run("Shape", x).toLongArray()).containsExactly(1, 3);
      NDArray whole =
          run("Cast", attribute("to", Constants.INT64), manager.create(new float[] {1.7f, -1.7f}));
      assertThat(whole.toLongArray()).containsExactly(1, -1);
      assertThat(run("Where", x.gt(0), x, x.zerosLike()).toFloatArray())
          .containsExactly(1.7f, 0, 3);
      NDArray seven = manager.create(new long[] {7, -7});
      assertThat(run("Div", seven, manager.create(new long[] {2, 2})).toLongArray())
          .containsExactly(3, -3);
    }
  }

  private static NDArray unsigned(int value) {
    return manager.create(value).toType(DataType.UINT8, true);
  }

  private static AttributeProto axis(long axis) {
    return attribute("axis", axis);
  }

  private static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static NDArray run(String type, NDArray... inputs) {
    return run(type, attribute("unused", 0), inputs);
  }

  private static NDArray run(String type, AttributeProto attribute, NDArray... inputs) {
    NodeProto node =
        NodeProto.newBuilder().setOpType(type).addOutput("y").addAttribute(attribute).build();
    Call call =
        new Call(new Attributes(node, 17), new ArrayList<>(List.of(inputs)), DataType.FLOAT32);
    return Operators.find("", type).orElseThrow().run(call);
  }
}
