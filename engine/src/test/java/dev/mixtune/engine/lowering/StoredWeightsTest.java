package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ONNX Runtime itself unpacks what was stored. */
class StoredWeightsTest {
  @TempDir private Path folder;

  private TestNetworks matmul(int inputs, int outputs) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, inputs);
    graph.weight("w", 1, inputs, outputs);
    graph.node("MatMul", "y", List.of("x", "w"));
    return TestNetworks.calibrated(graph.outputs("y").write(folder));
  }

  @ParameterizedTest
  @CsvSource({
    "w8a8, 3, 5", "w4a8, 3, 5", "w2a8, 3, 5", "w8a8, 1, 1", "w4a8, 1, 1", "w2a8, 1, 1",
    "w4a8, 4, 4", "w2a8, 4, 4", "w2a8, 3, 3", "w2a8, 5, 2", "w2a8, 7, 1", "w4a8, 7, 1",
    "w8a8d, 5, 3", "w4a8d, 5, 3", "w2a8d, 5, 3"
  })
  void theSessionSeesExactlyTheCodes(String scheme, int inputs, int outputs) throws Exception {
    TestNetworks test = matmul(inputs, outputs);
    Plan plan = new Plan(List.of(Scheme.ofId(scheme)));
    int bits = plan.scheme(0).weightBits();
    ModelProto model = ModelProto.parseFrom(test.lowering().lower(plan).model());
    byte[] codes = test.library().perChannel(test.network().layers().get(0), bits).codes();

    Tensor.Floats found = (Tensor.Floats) unpacked(test, model);
    assertThat(found.shape()).containsExactly(inputs, outputs);
    for (int i = 0; i < codes.length; i++) {
      assertThat(found.values()[i]).isEqualTo(codes[i]);
    }
    assertThat(weightBytes(model, bits)).isEqualTo((codes.length * bits + 7) / 8);
  }

  private static Tensor unpacked(TestNetworks test, ModelProto model) {
    ModelProto.Builder probe = model.toBuilder();
    GraphProto.Builder graph = probe.getGraphBuilder().clearOutput();
    graph.addNode(
        GraphBuilder.node(
            "codes",
            "Cast",
            "",
            List.of(codesName(model)),
            GraphBuilder.attribute("to", Constants.FLOAT)));
    graph.addOutput(TestGraphs.value("codes", Constants.FLOAT, -1, -1));
    try (Session session = test.runtime().open(probe.build().toByteArray(), 1)) {
      return session.run(test.inputs()).get(0);
    }
  }

  /** The weight of the one layer, behind its DequantizeLinear if there is one. */
  private static String codesName(ModelProto model) {
    String weight = "";
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (node.getName().equals("y")) {
        weight = node.getInput(1);
      }
    }
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (node.getOpType().equals("DequantizeLinear") && node.getOutput(0).equals(weight)) {
        return node.getInput(0);
      }
    }
    return weight;
  }

  /** Bytes of the one constant that holds codes: scalars and zero points are shorter or scalar. */
  private static int weightBytes(ModelProto model, int bits) {
    Stream<TensorProto> constants = model.getGraph().getInitializerList().stream();
    return bits == 8
        ? constants
            .filter(c -> c.getDataType() == Constants.INT8 && c.getDimsCount() == 2)
            .mapToInt(c -> c.getRawData().size())
            .sum()
        : constants
            .filter(c -> c.getDataType() == Constants.UINT8 && c.getDimsCount() == 1)
            .mapToInt(c -> c.getRawData().size())
            .sum();
  }

  @ParameterizedTest
  @CsvSource({"w8a8", "w4a8", "w2a8", "f16", "f32"})
  void bitsPerWeightCountScalesAndZeroPoints(String id) throws InvalidProtocolBufferException {
    TestNetworks test = matmul(64, 10);
    Scheme scheme = Scheme.ofId(id);
    LoweredPlan lowered = test.lowering().lower(new Plan(List.of(scheme)));
    int codes = 640 * scheme.weightBits() / 8;
    boolean integer = scheme.arithmetic().isInteger();

    assertThat(lowered.storedWeightBytes()).isEqualTo(codes + (integer ? 10 * 4 + 10 : 0));
    assertThat(lowered.storedWeightBits()).isEqualTo(8.0 * lowered.storedWeightBytes() / 640);
    long constants =
        ModelProto.parseFrom(lowered.model()).getGraph().getInitializerList().stream()
            .mapToLong(constant -> constant.getRawData().size())
            .sum();
    assertThat(lowered.storedWeightBytes()).isLessThanOrEqualTo(constants);
  }

  @Test
  void tiedWeightsAreStoredAndCountedOnce() throws InvalidProtocolBufferException {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 12);
    graph.weight("w", 0.3, 12, 12);
    graph.node("MatMul", "a", List.of("x", "w"));
    graph.node("MatMul", "y", List.of("a", "w"));
    TestNetworks test = TestNetworks.calibrated(graph.outputs("y").write(folder));
    for (Scheme scheme : test.lowering().schemes(test.network().layers().get(0))) {
      LoweredPlan lowered = test.lowering().lower(Plan.uniform(2, scheme));
      int weightBytes =
          switch (scheme.arithmetic()) {
            case FLOAT -> 144 * scheme.weightBits() / 8;
            case INTEGER_STATIC, INTEGER_DYNAMIC -> 144 * scheme.weightBits() / 8 + 12 * 4;
            // One block of 32 for each of 12 columns.
            case BLOCKWISE -> 12 * 32 * scheme.weightBits() / 8 + 12 * 4;
          };
      int zeroPoints = scheme.arithmetic() == Arithmetic.INTEGER_STATIC ? 12 : 0;

      assertThat(lowered.storedWeightBytes()).as(scheme.id()).isEqualTo(weightBytes + zeroPoints);
      assertThat(lowered.storedWeightBits())
          .as(scheme.id())
          .isEqualTo(8.0 * lowered.storedWeightBytes() / 144);
      assertThat(test.executed(lowered).unplanned()).as(scheme.id()).isEmpty();
      long large =
          ModelProto.parseFrom(lowered.model()).getGraph().getInitializerList().stream()
              .filter(constant -> constant.getRawData().size() >= 36)
              .filter(constant -> constant.getDataType() != Constants.FLOAT || scheme == Scheme.F32)
              .count();
      assertThat(large).as(scheme.id()).isEqualTo(1);
    }
  }
}
