package dev.mixtune.engine.graph;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;
import static dev.mixtune.engine.TestGraphs.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.mixtune.engine.Answers;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.UserException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of old opsets answer as ONNX Runtime answers on the old file. */
class OpsetRaisingTest {
  @TempDir private Path folder;

  private static AttributeProto floats(String name, float... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOATS);
    for (float value : values) {
      attribute.addFloats(value);
    }
    return attribute.build();
  }

  private static TestGraphs start(int opset) {
    TestGraphs graph = new TestGraphs(opset, 3).irVersion(3);
    graph.input("x", 2, 3, 8, 8);
    graph.conv("c", "x", 4, 3);
    return graph;
  }

  /** The operator reads c and writes d. */
  private void assertSame(TestGraphs graph, int opset) {
    graph.conv("y", "d", 5, 4);
    TestNetworks test = TestNetworks.calibrated(asInputs(graph).write(folder));
    assertThat(test.network().graph().opset()).isEqualTo(Math.max(11, opset));
    assertThat(test.network().layers()).extracting(Layer::name).containsExactly("c", "y");
    assertThat(Answers.error(test, test.uniform(Scheme.F32))).isLessThan(1e-5);
    assertThat(Answers.error(test, test.uniform(Scheme.W8A8))).isLessThan(0.06);
    var lowered = test.lowering().lower(test.uniform(Scheme.W8A8));
    assertThat(test.executed(lowered).kernels()).containsExactly("QLinearConv", "QLinearConv");
  }

  /** In file format 3 constants are inputs too. */
  private static TestGraphs asInputs(TestGraphs graph) {
    graph
        .graph()
        .getInitializerList()
        .forEach(
            constant ->
                graph
                    .graph()
                    .addInput(
                        TestGraphs.value(
                            constant.getName(),
                            constant.getDataType(),
                            constant.getDimsList().stream().mapToLong(Long::longValue).toArray())));
    return graph.outputs("y");
  }

  @ParameterizedTest
  @CsvSource({"7", "8", "9", "10", "11", "12"})
  void plainNetworks(int opset) {
    TestGraphs graph = start(opset);
    graph.relu("d", "c");
    assertSame(graph, opset);
  }

  @ParameterizedTest
  @CsvSource({"7, true, true", "8, true, false", "9, false, true", "10, true, true"})
  void clip(int opset, boolean low, boolean high) {
    TestGraphs graph = start(opset);
    AttributeProto[] bounds = {attribute("min", -0.2f), attribute("max", 0.9f)};
    AttributeProto[] given = Arrays.copyOfRange(bounds, low ? 0 : 1, high ? 2 : 1);
    graph.node("Clip", "d", List.of("c"), given);
    assertSame(graph, opset);
  }

  @ParameterizedTest
  @CsvSource({"7, constant", "9, constant", "10, reflect", "8, edge"})
  void pad(int opset, String mode) {
    TestGraphs graph = start(opset);
    graph.node(
        "Pad",
        "d",
        List.of("c"),
        ints("pads", 0, 0, 1, 2, 0, 0, 3, 1),
        text("mode", mode),
        attribute("value", 0.25f));
    assertSame(graph, opset);
  }

  @ParameterizedTest
  @CsvSource({"7, true", "8, false", "9, true"})
  void slice(int opset, boolean axes) {
    TestGraphs graph = start(opset);
    if (axes) {
      graph.node(
          "Slice", "d", List.of("c"), ints("starts", 1, 2), ints("ends", 7, 8), ints("axes", 2, 3));
    } else {
      graph.node("Slice", "d", List.of("c"), ints("starts", 0, 0, 1), ints("ends", 2, 4, 9));
    }
    assertSame(graph, opset);
  }

  @ParameterizedTest
  @CsvSource({"7, nearest", "8, linear", "9, nearest", "9, linear"})
  void upsample(int opset, String mode) {
    TestGraphs graph = start(opset);
    if (opset < 9) {
      graph.node("Upsample", "d", List.of("c"), text("mode", mode), floats("scales", 1, 1, 2, 3));
    } else {
      graph.floats("scales", 1, 1, 2, 3);
      graph.node("Upsample", "d", List.of("c", "scales"), text("mode", mode));
    }
    assertSame(graph, opset);
  }

  @ParameterizedTest
  @CsvSource({"nearest, 2, 1.5", "nearest, 0.6, 0.5", "nearest, 1.3, 2.7", "linear, 2, 0.6"})
  void resize(String mode, float height, float width) {
    TestGraphs graph = start(10);
    graph.floats("scales", 1, 1, height, width);
    graph.node("Resize", "d", List.of("c", "scales"), text("mode", mode));
    assertSame(graph, 10);
  }

  @Test
  void otherChangedOperators() {
    TestGraphs graph = start(9);
    graph.floats("scale", 1.5f, 2, 0.5f, 1);
    graph.floats("shift", 0.1f, 0, 0, -1);
    graph.floats("mean", 0.1f, 0.2f, 0, 0);
    graph.floats("variance", 1, 2, 1, 0.5f);
    graph.node("Sigmoid", "s", List.of("c"));
    graph.node("BatchNormalization", "n", List.of("s", "scale", "shift", "mean", "variance"));
    graph.node("Dropout", "o", List.of("n"), attribute("ratio", 0.5f));
    graph.longs("places", 3, 0, 1, 2);
    graph.node("Gather", "d", List.of("o", "places"), attribute("axis", 1));
    assertSame(graph, 9);
  }

  @ParameterizedTest
  @CsvSource({"7", "9"})
  void topK(int opset) {
    TestGraphs graph = start(opset);
    graph.add(
        ai.onnx.proto.OnnxMl.NodeProto.newBuilder()
            .setOpType("TopK")
            .addInput("c")
            .addOutput("d")
            .addOutput("where")
            .addAttribute(attribute("k", 5))
            .addAttribute(attribute("axis", 3))
            .build());
    assertSame(graph, opset);
  }

  private void assertRefused(TestGraphs graph, String... parts) {
    graph.conv("y", "d", 5, 4);
    Path file = graph.outputs("y").write(folder);
    assertThatThrownBy(() -> new NetworkReader(TestKit.runtime()).read(file, Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContainingAll(parts)
        .hasMessageContaining("opset 11")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void whatHasNoCounterpartIsNamed() {
    TestGraphs mixed = start(10);
    mixed.floats("scales", 1, 1, 2, 0.5f);
    mixed.node("Resize", "d", List.of("c", "scales"), text("mode", "nearest"));
    assertRefused(mixed, "Resize 'd'", "shrinks one axis", "opset 10");

    TestGraphs computed = start(10);
    computed.input("scales", 4);
    computed.node("Resize", "d", List.of("c", "scales"), text("mode", "nearest"));
    assertRefused(computed, "Resize 'd'", "computed scales");
  }
}
