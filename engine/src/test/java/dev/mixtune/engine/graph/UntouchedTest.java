package dev.mixtune.engine.graph;

import static dev.mixtune.engine.TestGraphs.attribute;
import static dev.mixtune.engine.TestGraphs.ints;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.RandomGraphs;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestKit;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no layer is named, with the reason and the work. */
class UntouchedTest {
  @TempDir private Path folder;

  private Network network(TestGraphs graph) {
    Path file = graph.write(folder, "untouched.onnx");
    return new NetworkReader(TestKit.runtime()).read(file, Map.of());
  }

  /** A graph with one quantizable layer behind {@code x [N, 4, 6]}. */
  private static TestGraphs graph() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 4, 6);
    graph.weight("w", 0.3, 6, 5);
    graph.node("MatMul", "layer", List.of("x", "w"));
    return graph;
  }

  @Test
  void aNetworkOfLayersHasNone() {
    assertThat(network(graph().outputs("layer")).untouched()).isEmpty();
  }

  /** [4, 5] times [5, 4]: 4 x 4 x 5 multiply-accumulates. */
  @Test
  void aProductOfTwoActivations() {
    TestGraphs graph = graph();
    graph.node("Transpose", "turned", List.of("layer"), ints("perm", 0, 2, 1));
    graph.node("MatMul", "attention", List.of("layer", "turned"));

    List<Untouched> found = network(graph.outputs("attention")).untouched();

    assertThat(found).hasSize(1);
    assertThat(found.get(0).node()).isEqualTo("attention");
    assertThat(found.get(0).operator()).isEqualTo("MatMul");
    assertThat(found.get(0).reason()).contains("both operands are computed");
    assertThat(found.get(0).macs()).isEqualTo(4 * 4 * 5);
  }

  /** [7, 4] times [1, 4, 5]: with fewer axes it would be a layer. */
  @Test
  void aConstantOnTheLeft() {
    TestGraphs graph = graph();
    graph.weight("left", 0.3, 7, 4);
    graph.node("Reshape", "pages", List.of("layer", graph.longs("shape", -1, 1, 4, 5)));
    graph.node("MatMul", "mixed", List.of("left", "pages"));

    List<Untouched> found = network(graph.outputs("mixed")).untouched();

    assertThat(found).hasSize(1);
    assertThat(found.get(0).reason()).contains("on the left");
    assertThat(found.get(0).macs()).isEqualTo(7 * 5 * 4);
  }

  @Test
  void aConvolutionWithComputedWeights() {
    TestGraphs graph = graph();
    graph.input("kernel", 3, 4, 1);
    graph.node("Conv", "hyper", List.of("x", "kernel"));

    List<Untouched> found = network(graph.outputs("layer", "hyper")).untouched();

    assertThat(found).extracting(Untouched::node).containsExactly("hyper");
    assertThat(found.get(0).reason()).contains("computed");
    assertThat(found.get(0).macs()).isEqualTo(3 * 6 * 4);
  }

  @Test
  void aRecurrentLayerMeetsItsWeightsAtEachStep() {
    TestGraphs graph = graph();
    // [N, 4, 6] is read as sequence, batch, input; hidden size 2.
    graph.weight("wx", 0.3, 1, 8, 6);
    graph.weight("wh", 0.3, 1, 8, 2);
    graph.node("LSTM", "memory", List.of("x", "wx", "wh"), attribute("hidden_size", 2));

    List<Untouched> found = network(graph.outputs("layer", "memory")).untouched();

    assertThat(found).extracting(Untouched::operator).containsExactly("LSTM");
    assertThat(found.get(0).macs()).isEqualTo(8 * 6 + 8 * 2);
  }

  /** Whatever the graph: each operator with weights is a layer or named, never both. */
  @Test
  void everyProductOfARandomGraphIsALayerOrNamed() {
    Set<String> products = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");
    for (int seed = 0; seed < 40; seed++) {
      Network network = network(RandomGraphs.of(seed));
      Set<String> layers = network.layers().stream().map(Layer::name).collect(Collectors.toSet());
      Set<String> named =
          network.untouched().stream().map(Untouched::node).collect(Collectors.toSet());

      assertThat(named).as("network %d", seed).doesNotContainAnyElementsOf(layers);
      assertThat(network.graph().nodes())
          .as("network %d", seed)
          .filteredOn(node -> products.contains(node.getOpType()))
          .allMatch(node -> layers.contains(node.getName()) || named.contains(node.getName()));
    }
  }
}
