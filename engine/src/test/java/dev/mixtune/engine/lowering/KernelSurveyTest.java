package dev.mixtune.engine.lowering;

import static dev.mixtune.engine.TestGraphs.ints;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.RandomGraphs;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestGraphs;
import dev.mixtune.engine.TestNetworks;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each scheme runs on, read from the optimised graph. */
class KernelSurveyTest {
  private static final Set<Scheme> ALL = EnumSet.allOf(Scheme.class);

  @TempDir private Path folder;

  private static KernelSurvey survey(TestNetworks test, Set<Scheme> allowed) {
    return KernelSurvey.of(
        test.runtime(), test.network(), test.calibration(), test.library(), layer -> allowed);
  }

  private static KernelSurvey.SchemeUse use(KernelSurvey survey, Scheme scheme) {
    return survey.schemes().stream().filter(u -> u.scheme() == scheme).findFirst().orElseThrow();
  }

  /** A convolution, a softmax, a product with weights and one without. */
  private TestNetworks network() {
    TestGraphs graph = TestGraphs.opset(13);
    graph.input("x", -1, 3, 8, 8);
    graph.weight("k", 0.2, 4, 3, 3, 3);
    graph.weight("w", 0.2, 6, 5);
    graph.node("Conv", "conv", List.of("x", "k"));
    graph.node("Softmax", "soft", List.of("conv"));
    graph.node("MatMul", "product", List.of("soft", "w"));
    graph.node("Transpose", "turned", List.of("product"), ints("perm", 0, 1, 3, 2));
    graph.node("MatMul", "attention", List.of("product", "turned"));
    return TestNetworks.calibrated(graph.outputs("attention").write(folder, "survey.onnx"));
  }

  @Test
  void kernelsAreThoseOfTheOptimisedGraph() {
    KernelSurvey survey = survey(network(), ALL);

    assertThat(use(survey, Scheme.W8A8).layers()).isEqualTo(2);
    assertThat(use(survey, Scheme.W8A8).kernels())
        .isEqualTo(Map.of("QLinearConv", 1, "MatMulIntegerToFloat", 1));
    assertThat(use(survey, Scheme.W4_BLOCK).kernels())
        .isEqualTo(Map.of("MatMulNBits(block 32, accuracy 4)", 1));
    assertThat(use(survey, Scheme.F16).kernels()).isEqualTo(Map.of("Conv", 1, "MatMul", 1));
  }

  /** Conv 4 x 6 x 6 x 27, product 4 x 6 x 6 x 5, both operands computed 4 x 6 x 6 x 5. */
  @Test
  void theShareOfNarrowWorkCountsWhatIsNoLayerToo() {
    double conv = 4 * 36 * 27;
    double product = 4 * 36 * 5;
    KernelSurvey survey = survey(network(), ALL);

    assertThat(use(survey, Scheme.W8A8).integerMacShare())
        .isEqualTo((conv + product) / (conv + 2 * product));
    assertThat(use(survey, Scheme.W8_BLOCK).integerMacShare())
        .isEqualTo(product / (conv + 2 * product));
    assertThat(use(survey, Scheme.F16).integerMacShare()).isZero();
  }

  @Test
  void onlyWhatTheTargetRunsIsLookedAt() {
    assertThat(survey(network(), EnumSet.of(Scheme.F32, Scheme.W8A8)).schemes())
        .extracting(KernelSurvey.SchemeUse::scheme)
        .containsExactly(Scheme.W8A8);
    assertThat(survey(network(), EnumSet.of(Scheme.F32)).schemes()).isEmpty();
  }

  @Test
  void operatorsWithoutIntegerKernelAreNamed() {
    List<KernelSurvey.LeftInFloat> left = survey(network(), ALL).left();

    assertThat(left)
        .filteredOn(one -> one.operator().equals("Softmax"))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.count()).isEqualTo(1);
              assertThat(one.example()).isEqualTo("soft");
              assertThat(one.reason()).contains("no integer kernel");
            });
    // Attention is named among the untouched nodes, convolutions are layers.
    assertThat(left).noneMatch(one -> one.operator().equals("Conv"));
    assertThat(left).noneMatch(one -> one.operator().equals("MatMul"));
  }

  /**
   * Whatever the graph, the survey comes to an end, and every layer that was planned is counted.
   */
  @Test
  void randomGraphsAreSurveyedWithoutFailure() {
    for (int seed = 100; seed < 125; seed++) {
      TestNetworks test =
          TestNetworks.calibrated(RandomGraphs.of(seed).write(folder, seed + ".onnx"));
      KernelSurvey survey = survey(test, ALL);

      assertThat(survey.schemes()).as("network %d", seed).isNotEmpty();
      for (KernelSurvey.SchemeUse use : survey.schemes()) {
        String name = "network " + seed + ", " + use.scheme().id();
        assertThat(use.failure()).as(name).isEmpty();
        assertThat(use.unplanned()).as(name).isEmpty();
        assertThat(use.inFloat()).as(name).isEmpty();
        long taking =
            test.network().layers().stream()
                .map(Layer::index)
                .filter(index -> use.plan().scheme(index) == use.scheme())
                .count();
        assertThat(use.layers()).as(name).isEqualTo((int) taking);
        assertThat(use.kernels().values().stream().mapToInt(Integer::intValue).sum())
            .as(name)
            .isEqualTo(use.layers());
        if (use.scheme().arithmetic() == Arithmetic.FLOAT) {
          assertThat(use.integerMacShare()).as(name).isZero();
        } else {
          assertThat(use.integerMacShare()).as(name).isBetween(0.0, 1.0);
        }
      }
    }
  }
}
