package dev.mixtune.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Answers;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ONNX Runtime on the user's own model is the oracle. */
class HardSigmoidsTest {
  @TempDir private Path folder;

  private static TestGraphs begin() {
    TestGraphs graph = TestGraphs.opset(12);
    graph.input("x", 2, 3, 9, 9);
    graph.conv("c", "x", 8, 3);
    graph.floats("three", 3);
    graph.scalar("zero", 0);
    graph.scalar("six", 6);
    graph.floats("sixth", 1 / 6f);
    return graph;
  }

  private List<String> operators(TestGraphs graph) {
    TestNetworks test = TestNetworks.calibrated(graph.write(folder));
    // The answers are the user's model's, whether anything was rewritten or not.
    assertThat(Answers.error(test, test.uniform(Scheme.F32))).isLessThan(1e-6);
    assertThat(Answers.error(test, test.uniform(Scheme.W8A8))).isLessThan(0.05);
    return test.network().graph().nodes().stream().map(NodeProto::getOpType).toList();
  }

  @ParameterizedTest
  @CsvSource({"product first, Div", "product first, Mul", "product last, Div", "gate alone, Div"})
  void piecesAreJoined(String order, String scaling) {
    TestGraphs graph = begin();
    String by = scaling.equals("Div") ? "six" : "sixth";
    graph.node("Add", "shifted", List.of("three", "c"));
    graph.node("Clip", "clipped", List.of("shifted", "zero", "six"));
    if (order.equals("product first")) {
      graph.node("Mul", "product", List.of("c", "clipped"));
      graph.node(scaling, "y", List.of("product", by));
    } else if (order.equals("product last")) {
      graph.node(scaling, "gate", List.of("clipped", by));
      graph.node("Mul", "y", List.of("gate", "c"));
    } else {
      graph.node(scaling, "y", List.of("clipped", by));
    }
    List<String> expected =
        order.equals("gate alone")
            ? List.of("Conv", "HardSigmoid")
            : List.of("Conv", "HardSigmoid", "Mul");
    assertThat(operators(graph.outputs("y"))).isEqualTo(expected);
  }

  @Test
  void whatIsReadInBetweenStays() {
    TestGraphs graph = begin();
    graph.node("Add", "shifted", List.of("c", "three"));
    graph.node("Clip", "clipped", List.of("shifted", "zero", "six"));
    graph.node("Div", "y", List.of("clipped", "six"));
    assertThat(operators(graph.outputs("y", "clipped")))
        .containsExactly("Conv", "Add", "Clip", "Div");
  }

  @Test
  void otherFiguresStay() {
    TestGraphs graph = begin();
    graph.floats("two", 2);
    graph.node("Add", "shifted", List.of("c", "two"));
    graph.node("Clip", "clipped", List.of("shifted", "zero", "six"));
    graph.node("Div", "y", List.of("clipped", "six"));
    assertThat(operators(graph.outputs("y"))).doesNotContain("HardSigmoid");
  }
}
