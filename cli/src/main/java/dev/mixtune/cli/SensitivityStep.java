package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SensitivityAnalyser;
import dev.mixtune.results.SensitivityMap;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;

/** Measures what each layer and width does to the output, one layer at a time. */
final class SensitivityStep {
  /** Output KL is an average over samples: these settle it far below the differences of layers. */
  private static final int SAMPLES = 512;

  private final Workbench bench;
  private final ExecutorService workers;
  private final Console console;
  private final Clock clock;

  SensitivityStep(Workbench bench, ExecutorService workers, Console console, Clock clock) {
    this.bench = bench;
    this.workers = workers;
    this.console = console;
    this.clock = clock;
  }

  /**
   * Measures what {@code known} does not hold yet.
   *
   * @param menus offers the schemes of each layer
   * @param seed draws the samples from the search split
   */
  Sensitivity measure(
      MenuBuilder menus, long seed, List<Sensitivity.Entry> known, BooleanSupplier stop) {
    SampleSet samples = bench.data().search().subset(SAMPLES, new Random(seed));
    long start = clock.millis();
    int already = known.size();
    return new SensitivityAnalyser(bench.evaluator(), samples, workers)
        .analyse(
            bench.network().layers(),
            menus::offered,
            plan -> bench.lowering().lower(plan).model(),
            known,
            stop,
            (entry, done, total) -> show(start, done - already, total - already, entry));
  }

  private void show(long start, int done, int total, Sensitivity.Entry entry) {
    double elapsed = clock.millis() - start;
    Duration left = Duration.ofMillis((long) (elapsed / Math.max(1, done) * (total - done)));
    console.progress(
        "sensitivity",
        (double) done / Math.max(1, total),
        left,
        entry.layerName() + " " + entry.scheme().id());
  }

  /** The same figures for plots and the report. */
  static SensitivityMap map(Sensitivity sensitivity) {
    List<SensitivityMap.Cell> cells = new ArrayList<>();
    for (Sensitivity.Entry entry : sensitivity.entries()) {
      if (Double.isFinite(entry.kl()) && entry.score().isPresent()) {
        cells.add(
            new SensitivityMap.Cell(
                entry.layerIndex(),
                entry.scheme().id(),
                entry.scheme().weightBits(),
                Math.max(0, entry.kl()),
                entry.score().get().drop()));
      }
    }
    return new SensitivityMap("KL divergence of the outputs", sensitivity.samples(), cells);
  }

  /** Names of the layers, in order. */
  static List<String> names(Workbench bench) {
    return bench.network().layers().stream().map(Layer::name).toList();
  }
}
