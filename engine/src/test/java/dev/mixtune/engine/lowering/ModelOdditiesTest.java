package dev.mixtune.engine.lowering;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;
import static dev.mixtune.engine.lowering.GraphOdditiesTest.assertIntegers;
import static dev.mixtune.engine.lowering.GraphOdditiesTest.assertNear;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names, batches, files and plans that are not as one would like them. */
class ModelOdditiesTest extends GraphFixture {
  @Test
  void nodesMayHaveNoNamesOrAllTheSame() {
    for (String name : List.of("", "conv")) {
      TestGraphs graph = start();
      String value = "x";
      for (String output : List.of("a", "b", "c")) {
        graph.weight(output + ".w", 0.3, 3, 3, 3, 3);
        graph.node(name, "Conv", output, List.of(value, output + ".w"), ints("pads", 1, 1, 1, 1));
        value = output;
      }
      // ONNX Runtime refuses equal names, so the import must not depend on them being unequal.
      if (name.isEmpty()) {
        TestNetworks test = network(graph, "c");
        Set<String> names = new HashSet<>();
        test.network().layers().forEach(layer -> names.add(layer.name()));
        assertThat(names).hasSize(3).doesNotContain("");
        assertIntegers(test);
      } else {
        assertThatThrownBy(() -> network(graph, "c"))
            .isInstanceOf(UserException.class)
            .hasMessageContaining("same node name (conv)");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "-1, 1", "-1, 3"})
  void batchesMayBeFixedOrNot(long axis, int samples) {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", axis, 3, 8, 8);
    graph.relu("y", graph.conv("c", "x", 4, 3));
    Path file = graph.outputs("y").write(folder);
    TestNetworks test = TestNetworks.calibrated(file, samples, Map.of());

    assertThat(test.network().layers().get(0).inputShape()).containsExactly(1L, 3L, 8L, 8L);
    assertThat(test.network().layers().get(0).macs()).isEqualTo(4 * 3 * 9 * 64);
    assertIntegers(test);
  }

  /** Names that the lowering might like to use for itself. */
  @Test
  void namesInTheModelMayLookLikeOurs() {
    TestGraphs graph = start();
    graph.conv("m0", "x", 4, 3);
    graph.relu("a", "m0");
    graph.conv("a_raw", "a", 4, 4);
    graph.node("Sigmoid", "m0.w_q", List.of("a_raw"));
    graph.conv("b", "m0.w_q", 4, 4);
    graph.node("Tanh", "m0.w_h", List.of("b"));
    assertIntegers(network(graph, "a", "a_raw", "b", "m0.w_h"));
    TestNetworks test = network(graphWithShortNames(), "m1", "b");
    for (Scheme scheme : Scheme.values()) {
      LoweredPlan plan = test.lowering().lower(test.uniform(scheme));
      assertThat(test.run(plan)).hasSize(2);
      assertThat(test.executed(plan).unplanned()).isEmpty();
    }
  }

  private static TestGraphs graphWithShortNames() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("a", 2, 16);
    graph.weight("m0", 0.3, 16, 16);
    graph.node("MatMul", "m1", List.of("a", "m0"));
    graph.weight("m0_b4", 0.3, 16, 16);
    graph.node("MatMul", "b", List.of("m1", "m0_b4"));
    return graph;
  }

  /** Exporters before 2020 listed every weight as an input. */
  @Test
  void weightsMayBeListedAsInputs() {
    TestGraphs graph = TestGraphs.opset(11).irVersion(3);
    graph.input("x", 2, 3, 8, 8);
    graph.conv("c", "x", 4, 3);
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
                            TestGraphs.FLOAT,
                            constant.getDimsList().stream().mapToLong(d -> d).toArray())));
    TestNetworks test = network(graph, "c");

    assertThat(test.network().graph().inputs()).hasSize(1);
    assertIntegers(test);
  }

  @Test
  void aComputedBiasKeepsAConvolutionFloat() {
    TestGraphs computed = start();
    computed.weight("w", 0.3, 4, 3, 3, 3);
    computed.node(
        "ReduceMax", "top", List.of("x"), ints("axes", 0, 1, 2), attribute("keepdims", 0));
    computed.node(
        "Slice", "bias", List.of("top", computed.longs("from", 0), computed.longs("to", 4)));
    computed.node("Conv", "c", List.of("x", "w", "bias"), ints("pads", 1, 1, 1, 1));
    computed.conv("y", "c", 4, 4);
    TestNetworks test = network(computed, "y");
    assertThat(test.network().layers()).extracting(Layer::name).containsExactly("y");
    assertIntegers(test);
  }

  @Test
  void theFileFormatIsTheOldestThatHoldsTheModelAndMetadataStays() throws IOException {
    TestGraphs graph = TestGraphs.opset(13).irVersion(10);
    graph.input("x", 2, 3, 8, 8);
    graph.conv("y", "x", 4, 3);
    ModelProto original =
        graph.outputs("y").model().toBuilder()
            .addMetadataProps(
                StringStringEntryProto.newBuilder().setKey("labels").setValue("cat, dog"))
            .build();
    Path file = Files.write(folder.resolve("model.onnx"), original.toByteArray());
    TestNetworks test = TestNetworks.calibrated(file);
    ModelProto lowered = ModelProto.parseFrom(assertIntegers(test).model());

    assertThat(lowered.getIrVersion()).isEqualTo(7);
    assertThat(lowered.getMetadataPropsList()).isEqualTo(original.getMetadataPropsList());
    assertThat(lowered.getGraph().getInputList())
        .extracting(ValueInfoProto::getName)
        .containsExactly("x");
    assertThat(lowered.getGraph().getOutputList())
        .extracting(ValueInfoProto::getName)
        .containsExactly("y");
    assertThat(lowered.getGraph().getNodeList()).extracting(NodeProto::getName).contains("y");
  }

  /** What calibration did not see has no grid: the layer keeps its float and dynamic schemes. */
  @Test
  void withoutARangeALayerOffersNoStaticScheme() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 16);
    graph.weight("w", 0.3, 16, 16);
    graph.node("MatMul", "y", List.of("x", "w"));
    TestNetworks seen = network(graph, "y");
    TestNetworks unseen =
        TestNetworks.of(
            seen.runtime(),
            seen.network(),
            new Calibrator(seen.runtime(), 1)
                .run(seen.network(), List.of(), RangeMethods.named("mse")),
            seen.inputs());
    Layer layer = unseen.network().layers().get(0);

    assertThat(unseen.lowering().schemes(layer))
        .contains(Scheme.F32, Scheme.F16, Scheme.W8A8_DYNAMIC, Scheme.W4_BLOCK)
        .noneMatch(scheme -> scheme.arithmetic() == Arithmetic.INTEGER_STATIC);
    for (Scheme scheme : unseen.lowering().schemes(layer)) {
      assertNear(
          unseen,
          unseen.lowering().lower(new Plan(List.of(scheme))),
          scheme.weightBits() >= 8 ? 0.05 : 1);
    }
    assertThatThrownBy(() -> unseen.lowering().lower(new Plan(List.of(Scheme.W8A8))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'y'")
        .hasMessageContaining("w8a8");
  }

  @Test
  void thePlanMustFitTheNetwork() {
    TestGraphs graph = start();
    graph.conv("y", "x", 4, 3);
    TestNetworks test = network(graph, "y");
    assertThatThrownBy(() -> test.lowering().lower(Plan.uniform(2, Scheme.F32)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 layers");
    assertThatThrownBy(() -> test.lowering().lower(Plan.uniform(1, Scheme.W4_BLOCK)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("w4b");
  }
}
