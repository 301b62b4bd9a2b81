package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.RuntimeFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SensitivityTest {
  private static final List<Scheme> SCHEMES =
      List.of(Scheme.F32, Scheme.F16, Scheme.W8A8, Scheme.W2A8);

  @TempDir Path folder;
  private final ExecutorService workers = Executors.newFixedThreadPool(3);
  private final List<Layer> layers =
      List.of(layer(0, "a", "a"), layer(1, "b", "tied"), layer(2, "c", "tied"));
  private final Fakes runtime = new Fakes(-1, 4);
  private final AccuracyEvaluator evaluator =
      new AccuracyEvaluator(
          runtime, Path.of("same"), new Fidelity(), AccuracyEvaluator.Settings.usual());
  private final Set<String> lowered = ConcurrentHashMap.newKeySet();

  @AfterEach
  void stop() {
    workers.shutdown();
  }

  private static Layer layer(int index, String name, String group) {
    return new Layer(
        index, name, OperatorKind.CONV, group, List.of(1L), List.of(1L), List.of(1L), 1, 1);
  }

  private SampleSet samples() {
    float[] values = new float[80];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(7 * i);
    }
    Path file = Npy.write(folder.resolve("x.npy"), "<f4", "(20, 4)", Npy.floats(values));
    InputSpec spec = InputSpec.of(runtime.open(Fakes.model("same"), 1).inputs().get(0), null);
    Samples samples = ArraySamples.open(NpyFile.open(file, "x"), spec, new Scaling.None(), "x");
    return new SampleSet(
        "search split",
        ModelInputs.of(Map.of("x", samples)),
        null,
        IntStream.range(0, 20).boxed().toList());
  }

  /** Two bits turn answers round, layer a cannot be stored in half precision. */
  private byte[] lower(Plan plan) {
    lowered.add(plan.key());
    if (plan.scheme(0) == Scheme.F16) {
      throw new RuntimeFailure("no half precision here", null);
    }
    return Fakes.model(plan.schemes().contains(Scheme.W2A8) ? "swap" : "same");
  }

  private Sensitivity analyse(
      List<Sensitivity.Entry> known, SensitivityAnalyser.Progress progress) {
    return new SensitivityAnalyser(evaluator, samples(), workers)
        .analyse(layers, l -> SCHEMES, this::lower, known, () -> false, progress);
  }

  @Test
  void everyLayerAndSchemeIsMeasuredInAPlanOfItsOwn() {
    List<Integer> counts = new ArrayList<>();
    Sensitivity sensitivity =
        analyse(List.of(), (entry, done, total) -> counts.add(done * 100 + total));
    assertThat(lowered)
        .containsExactlyInAnyOrder(
            "f16 f32 f32",
            "w8a8 f32 f32",
            "w2a8 f32 f32",
            "f32 f16 f16",
            "f32 w8a8 w8a8",
            "f32 w2a8 w2a8");
    assertThat(sensitivity.complete()).isTrue();
    assertThat(sensitivity.entries())
        .extracting(e -> e.layerIndex() + e.scheme().id())
        .containsExactly(
            "0f16", "0w8a8", "0w2a8", "1f16", "1w8a8", "1w2a8", "2f16", "2w8a8", "2w2a8");
    assertThat(counts).hasSize(9).contains(909);

    assertThat(sensitivity.find(0, Scheme.F16).orElseThrow().outcome())
        .isEqualTo(new Outcome.Failed("no half precision here"));
    assertThat(sensitivity.find(0, Scheme.F16).orElseThrow().kl()).isInfinite();
    assertThat(sensitivity.find(1, Scheme.W8A8).orElseThrow().kl()).isZero();
    Sensitivity.Entry turned = sensitivity.find(2, Scheme.W2A8).orElseThrow();
    assertThat(turned.kl()).isPositive();
    assertThat(turned.score().orElseThrow().counts().orElseThrow().lost()).isPositive();
    assertThat(turned.outcome())
        .isEqualTo(sensitivity.find(1, Scheme.W2A8).orElseThrow().outcome());
  }

  /** Layer c shares its weights with b, and runs less. */
  @Test
  void tiedLayersAreMeasuredInWhatAllOfThemRun() {
    Sensitivity sensitivity =
        new SensitivityAnalyser(evaluator, samples(), workers)
            .analyse(
                layers,
                l -> l.name().equals("c") ? List.of(Scheme.W2A8, Scheme.F16) : SCHEMES,
                this::lower,
                List.of(),
                () -> false,
                (entry, done, total) -> {});
    assertThat(sensitivity.complete()).isTrue();
    assertThat(sensitivity.entries())
        .extracting(e -> e.layerIndex() + e.scheme().id())
        .containsExactly("0f16", "0w8a8", "0w2a8", "1f16", "1w2a8", "2f16", "2w2a8");
    assertThat(lowered).doesNotContain("f32 w8a8 w8a8", "f32 w8a8 f32");
  }

  @Test
  void knownEntriesAreNotMeasuredAgain() {
    Sensitivity whole = analyse(List.of(), (entry, done, total) -> {});
    lowered.clear();
    List<Sensitivity.Entry> half =
        whole.entries().stream().filter(e -> e.scheme() != Scheme.W8A8).toList();
    Sensitivity resumed = analyse(half, (entry, done, total) -> {});
    assertThat(lowered).containsExactlyInAnyOrder("w8a8 f32 f32", "f32 w8a8 w8a8");
    assertThat(resumed).isEqualTo(whole);
  }

  @Test
  void aStoppedAnalysisIsIncomplete() {
    List<Sensitivity.Entry> seen = new ArrayList<>();
    Sensitivity stopped =
        new SensitivityAnalyser(evaluator, samples(), Runnable::run)
            .analyse(
                layers,
                l -> SCHEMES,
                this::lower,
                List.of(),
                () -> seen.size() >= 2,
                (entry, done, total) -> seen.add(entry));
    assertThat(stopped.complete()).isFalse();
    assertThat(stopped.entries()).hasSize(2).containsExactlyElementsOf(seen);
  }

  @Test
  void aBugInTheLoweringIsNotSwallowed() {
    SensitivityAnalyser analyser = new SensitivityAnalyser(evaluator, samples(), workers);
    assertThatThrownBy(
            () ->
                analyser.analyse(
                    layers,
                    l -> SCHEMES,
                    plan -> {
                      throw new IllegalStateException("bug");
                    },
                    List.of(),
                    () -> false,
                    (entry, done, total) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("bug");
  }

  @Test
  void fileAndTableSayTheSame() {
    Sensitivity sensitivity = analyse(List.of(), (entry, done, total) -> {});
    String json = SensitivityFile.write(sensitivity);
    assertThat(SensitivityFile.read(json)).isEqualTo(sensitivity);
    assertThat(json).contains("\"schemaVersion\" : 1", "\"failure\" : \"no half precision here\"");
    assertThatThrownBy(() -> SensitivityFile.read(json.replace("\"schemaVersion\" : 1", "\"x\":1")))
        .isInstanceOf(UserException.class);
    assertThatThrownBy(() -> SensitivityFile.read("{\"schemaVersion\": 1}"))
        .isInstanceOf(UserException.class);
    assertThatThrownBy(() -> SensitivityFile.read("{")).isInstanceOf(UserException.class);

    List<String> lines = SensitivityTable.of(sensitivity).lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0).split("\\s+"))
        .containsExactly(
            "", "layer", "f16", "KL", "drop", "w8a8", "KL", "drop", "w2a8", "KL", "drop");
    assertThat(lines.get(1)).contains("a", "failed", "0.00");
    assertThat(lines.get(4)).contains("20 samples");
  }
}
