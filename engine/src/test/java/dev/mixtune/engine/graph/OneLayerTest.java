package dev.mixtune.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import dev.mixtune.engine.calibration.FloatValues;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each layer alone answers what it answers in the network. */
class OneLayerTest {
  @TempDir private Path folder;

  @Test
  void aLayerAloneAnswersAsInTheNetwork() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", 2, 3, 8, 8);
    graph.conv("c", "x", 4, 3);
    graph.relu("r", "c");
    graph.node("GlobalAveragePool", "g", List.of("r"));
    graph.node("Flatten", "f", List.of("g"));
    graph.weight("w", 0.4, 4, 6);
    graph.node("MatMul", "y", List.of("f", "w"));
    TestNetworks test = TestNetworks.calibrated(graph.outputs("y").write(folder), 2);
    Network network = test.network();
    Set<String> names = new LinkedHashSet<>(List.of("x", "c", "f", "y"));
    Map<String, Tensor.Floats> values =
        FloatValues.of(test.runtime(), network, names, test.inputs());
    assertThat(values.keySet()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(values.get("x").values())
        .isEqualTo(((Tensor.Floats) test.inputs().get("x")).values());

    assertThat(network.layers()).hasSize(2);
    for (Layer layer : network.layers()) {
      Network only = network.only(layer);
      PlanLowering lowering = new PlanLowering(only, test.calibration(), test.library());
      assertThat(lowering.schemes(only.layers().get(0))).isEqualTo(test.lowering().schemes(layer));
      float[] expected = values.get(layer.index() == 0 ? "c" : "y").values();
      for (Scheme scheme : lowering.schemes(only.layers().get(0))) {
        byte[] model = lowering.lower(new Plan(List.of(scheme))).model();
        try (Session session = test.runtime().open(model, 1)) {
          Tensor input = values.get(only.inputName());
          float[] found =
              ((Tensor.Floats) session.run(Map.of(only.inputName(), input)).get(0)).values();
          double error = distance(found, expected);
          double most =
              scheme == Scheme.F32
                  ? 1e-5
                  : scheme.weightBits() == 2 ? 0.9 : scheme.weightBits() == 4 ? 0.3 : 0.05;
          assertThat(error).as("%s %s", layer.name(), scheme).isCloseTo(0, within(most));
        }
      }
    }
  }

  private static double distance(float[] found, float[] expected) {
    double difference = 0;
    double signal = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(found[i] - expected[i], 2);
      signal += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / signal);
  }
}
